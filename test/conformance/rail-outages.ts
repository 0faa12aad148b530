/** Replies that never arrive: the outcome is unknown, a read tells, and nothing is taken twice. */
import { RailRefusedRequest, RailUnavailable } from '../../adapters/rails/port';
import { attemptKey, createPaymentKey } from '../../domain/ids';
import { confirm, openPayment, paidPayment, uniqueKey, type RailHarness } from './rail-case';

/** What holds at the provider after a confirm whose reply was lost. */
const lostConfirms = [
  ['before_commit', 'unconfirmed', 0],
  ['after_commit', 'succeeded', 1],
] as const;

export function describeOutages(harness: () => RailHarness): void {
  describe('outages', () => {
    it.each(lostConfirms)(
      'throws when the reply to an attempt is lost %s, and a read then tells %s',
      async (moment, kind, charges) => {
        const payment = await openPayment(harness(), 'succeeds');
        await harness().loseReplies('confirm', moment);
        await expect(confirm(payment)).rejects.toBeInstanceOf(RailUnavailable);
        await harness().heal();
        expect((await payment.rail.readPayment(payment)).kind).toBe(kind);
        expect(await harness().chargesOf(payment.invoiceId)).toBe(charges);
      },
    );

    it.each(lostConfirms)(
      'takes the money once when the attempt is sent again after a reply lost %s',
      async (moment) => {
        const payment = await openPayment(harness(), 'succeeds');
        await harness().loseReplies('confirm', moment);
        await expect(confirm(payment)).rejects.toBeInstanceOf(RailUnavailable);
        await harness().heal();
        expect((await confirm(payment)).kind).toBe('succeeded');
        expect(await harness().chargesOf(payment.invoiceId)).toBe(1);
      },
    );

    it('reads the decline of an attempt whose reply was lost', async () => {
      const payment = await openPayment(harness(), 'declines_later');
      await harness().loseReplies('confirm', 'after_commit');
      await expect(confirm(payment)).rejects.toBeInstanceOf(RailUnavailable);
      await harness().heal();
      expect((await payment.rail.readPayment(payment)).kind).toBe('declined');
    });

    it('makes one payment when the reply to its making is lost and it is made again', async () => {
      const payment = await openPayment(harness(), 'succeeds');
      const request = {
        tenantId: payment.tenantId,
        invoiceId: uniqueKey('inv'),
        amount: payment.amount,
        customerRef: payment.customerRef,
        description: 'Pro monthly',
      };
      const create = (): Promise<{ providerRef: string }> =>
        payment.rail.createPayment({ ...request, idempotencyKey: createPaymentKey(request.invoiceId, 1) });
      await harness().loseReplies('create', 'after_commit');
      await expect(create()).rejects.toBeInstanceOf(RailUnavailable);
      await harness().heal();
      expect(await create()).toEqual(await create());
    });

    it('gives back once when the reply to a refund is lost and it is sent again', async () => {
      const payment = await paidPayment(harness());
      const request = {
        tenantId: payment.tenantId,
        refundId: uniqueKey('re'),
        paymentProviderRef: payment.providerRef,
        amount: payment.amount,
        idempotencyKey: uniqueKey('refund'),
      };
      await harness().loseReplies('refund', 'after_commit');
      await expect(payment.rail.refundPayment(request)).rejects.toBeInstanceOf(RailUnavailable);
      await harness().heal();
      expect((await payment.rail.refundPayment(request)).kind).toBe('accepted');
    });

    it('refuses to read or try a payment that does not exist', async () => {
      const { rail, method } = await openPayment(harness(), 'succeeds');
      const missing = { providerRef: 'pi_doesnotexist' };
      const attempt = {
        ...missing,
        paymentMethodRef: method.providerRef,
        customerPresent: false,
        returnUrl: null,
        idempotencyKey: attemptKey(uniqueKey('inv'), 1),
      };
      await expect(rail.readPayment(missing)).rejects.toBeInstanceOf(RailRefusedRequest);
      await expect(rail.confirmPayment(attempt)).rejects.toBeInstanceOf(RailRefusedRequest);
    });

    it('says whether the provider can be reached', async () => {
      expect(await harness().rail.ping()).toBe(true);
    });
  });
}
