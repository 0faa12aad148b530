/** Giving money back, on every rail. */
import type { RefundOutcome, RefundState } from '../../adapters/rails/port';
import { money } from '../../domain/money';
import { paidPayment, uniqueKey, type RailCase, type RailHarness } from './rail-case';

function refund(payment: RailCase, amount: string, key = uniqueKey('refund')): Promise<RefundOutcome> {
  return payment.rail.refundPayment({
    tenantId: payment.tenantId,
    refundId: uniqueKey('re'),
    paymentProviderRef: payment.providerRef,
    amount: money(amount, payment.amount.currency),
    idempotencyKey: key,
  });
}

function accepted(outcome: RefundOutcome): RefundState {
  if (outcome.kind !== 'accepted') throw new Error(`The refund was refused: ${outcome.code}.`);
  return outcome.refund;
}

export function describeRefunds(harness: () => RailHarness): void {
  describe('refunds', () => {
    it('gives all back, and reads it', async () => {
      const payment = await paidPayment(harness());
      const made = accepted(await refund(payment, '49.00'));
      expect(made.amount).toEqual(payment.amount);
      expect(['pending', 'succeeded']).toContain(made.status);
      expect(await payment.rail.readRefund(made)).toMatchObject({ providerRef: made.providerRef, amount: made.amount });
    });

    it('gives back in parts exactly when the rail says that it can', async () => {
      const payment = await paidPayment(harness());
      const outcome = await refund(payment, '9.00');
      expect(outcome.kind).toBe(payment.rail.capabilities.partialRefunds ? 'accepted' : 'refused');
      if (outcome.kind === 'accepted') expect(accepted(await refund(payment, '40.00')).amount.amount).toBe('40.00');
    });

    it('refuses more than was paid, as a value', async () => {
      const payment = await paidPayment(harness());
      expect((await refund(payment, '49.01')).kind).toBe('refused');
    });

    it('refuses more than is left after a part, as a value', async () => {
      const payment = await paidPayment(harness());
      if (!payment.rail.capabilities.partialRefunds) return;
      accepted(await refund(payment, '40.00'));
      expect((await refund(payment, '9.01')).kind).toBe('refused');
    });

    it('refuses to give back twice what was paid once, as a value', async () => {
      const payment = await paidPayment(harness());
      accepted(await refund(payment, '49.00'));
      expect((await refund(payment, '49.00')).kind).toBe('refused');
    });
  });
}
