/** One payment from its making to its end, on every rail. */
import { RailRefusedRequest } from '../../adapters/rails/port';
import { classifyDecline, type DeclineClass } from '../../domain/decline';
import { createPaymentKey } from '../../domain/ids';
import { add, equals } from '../../domain/money';
import {
  attach,
  confirm,
  declineOf,
  openPayment,
  paidPayment,
  uniqueKey,
  type RailBehavior,
  type RailHarness,
} from './rail-case';

const declines: readonly (readonly [RailBehavior, DeclineClass])[] = [
  ['declines_never', 'never'],
  ['declines_customer', 'customer'],
  ['declines_later', 'later'],
];

export function describePayments(harness: () => RailHarness): void {
  describe('payments', () => {
    it('makes a payment that has tried nothing', async () => {
      const payment = await openPayment(harness(), 'succeeds');
      expect(await payment.rail.readPayment(payment)).toEqual({ kind: 'unconfirmed', chargeRef: null });
      expect(await harness().chargesOf(payment.invoiceId)).toBe(0);
    });

    it('takes the money once, and names the charge', async () => {
      const payment = await paidPayment(harness());
      expect(await payment.rail.readPayment(payment)).toMatchObject({
        chargeRef: expect.stringMatching(/./) as string,
      });
      expect(await harness().chargesOf(payment.invoiceId)).toBe(1);
    });

    it('tells gross, fee and net that add up, gross being what was asked for', async () => {
      const payment = await paidPayment(harness());
      const state = await payment.rail.readPayment(payment);
      if (state.kind !== 'succeeded' || state.settlement === null)
        throw new Error('A settled payment tells its settlement.');
      const { gross, fee, net } = state.settlement;
      expect(equals(add(fee, net), gross)).toBe(true);
      if (gross.currency === payment.amount.currency) expect(gross).toEqual(payment.amount);
    });

    it.each(declines)('answers a card that %s as a value of class %s', async (behavior, expected) => {
      const payment = await openPayment(harness(), behavior);
      const state = await confirm(payment);
      expect(classifyDecline(declineOf(state)).class).toBe(expected);
      expect(await harness().chargesOf(payment.invoiceId)).toBe(0);
    });

    it('reads a decline later with the same facts and the same charge', async () => {
      const payment = await openPayment(harness(), 'declines_later');
      const state = await confirm(payment);
      expect(await payment.rail.readPayment(payment)).toEqual(state);
    });

    it('takes the money at a later attempt, with another method, on the same payment', async () => {
      const payment = await openPayment(harness(), 'declines_later');
      expect((await confirm(payment)).kind).toBe('declined');
      const method = await attach(harness(), payment.customerRef, 'succeeds');
      expect((await confirm(payment, { attempt: 2, method })).kind).toBe('succeeded');
      expect(await harness().chargesOf(payment.invoiceId)).toBe(1);
    });

    it('names the charge of the newest attempt', async () => {
      const payment = await openPayment(harness(), 'declines_later');
      const first = await confirm(payment);
      const second = await confirm(payment, { attempt: 2 });
      expect(second.chargeRef).not.toBe(first.chargeRef);
      expect((await payment.rail.readPayment(payment)).chargeRef).toBe(second.chargeRef);
    });
  });

  describeOnlyOnce(harness);
  describeCancel(harness);
}

function describeOnlyOnce(harness: () => RailHarness): void {
  describe('only once', () => {
    it('makes one payment for one key', async () => {
      const payment = await openPayment(harness(), 'succeeds');
      const again = await payment.rail.createPayment({
        tenantId: payment.tenantId,
        invoiceId: payment.invoiceId,
        amount: payment.amount,
        customerRef: payment.customerRef,
        description: 'Pro monthly',
        idempotencyKey: createPaymentKey(payment.invoiceId, 1),
      });
      expect(again.providerRef).toBe(payment.providerRef);
    });

    it('answers the same attempt twice with the same state and one charge', async () => {
      const payment = await openPayment(harness(), 'succeeds');
      const first = await confirm(payment);
      expect(await confirm(payment)).toEqual(first);
      expect(await harness().chargesOf(payment.invoiceId)).toBe(1);
    });

    it('asks the bank once when one attempt is sent twice, also when it declines', async () => {
      const payment = await openPayment(harness(), 'declines_later');
      const first = await confirm(payment);
      expect(await confirm(payment)).toEqual(first);
    });

    it('answers a new attempt on a paid payment with its success, settlement included, and takes nothing more', async () => {
      const payment = await paidPayment(harness());
      const paid = await payment.rail.readPayment(payment);
      expect(await confirm(payment, { attempt: 2 })).toEqual(paid);
      expect(await harness().chargesOf(payment.invoiceId)).toBe(1);
    });

    it('takes the money once when many attempts arrive together', async () => {
      const payment = await openPayment(harness(), 'succeeds');
      const attempts = [1, 2, 3, 4, 5].map((attempt) => confirm(payment, { attempt }));
      await Promise.allSettled(attempts);
      expect(await harness().chargesOf(payment.invoiceId)).toBe(1);
    });

    it('refuses a key that was used for another amount', async () => {
      const payment = await openPayment(harness(), 'succeeds');
      const other = payment.rail.createPayment({
        tenantId: payment.tenantId,
        invoiceId: payment.invoiceId,
        amount: add(payment.amount, payment.amount),
        customerRef: payment.customerRef,
        description: 'Pro monthly',
        idempotencyKey: createPaymentKey(payment.invoiceId, 1),
      });
      await expect(other).rejects.toBeInstanceOf(RailRefusedRequest);
    });
  });
}

function describeCancel(harness: () => RailHarness): void {
  describe('cancel', () => {
    it('cancels an untried payment, which can then never succeed', async () => {
      const payment = await openPayment(harness(), 'succeeds');
      const canceled = await payment.rail.cancelPayment({ ...payment, idempotencyKey: uniqueKey('cancel') });
      expect(canceled.kind).toBe('canceled');
      expect((await confirm(payment)).kind).toBe('canceled');
      expect(await harness().chargesOf(payment.invoiceId)).toBe(0);
    });

    it('cancels a declined payment, and again without complaint', async () => {
      const payment = await openPayment(harness(), 'declines_later');
      await confirm(payment);
      const cancel = (): Promise<{ kind: string }> =>
        payment.rail.cancelPayment({ ...payment, idempotencyKey: uniqueKey('cancel') });
      expect((await cancel()).kind).toBe('canceled');
      expect((await cancel()).kind).toBe('canceled');
    });

    it('answers the success when the payment was faster', async () => {
      const payment = await paidPayment(harness());
      const paid = await payment.rail.readPayment(payment);
      expect(await payment.rail.cancelPayment({ ...payment, idempotencyKey: uniqueKey('cancel') })).toEqual(paid);
    });
  });
}
