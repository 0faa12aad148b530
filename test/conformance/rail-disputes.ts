/** Disputes: what the payer's bank takes and gives back, read from the provider with every movement of money. */
import type { DisputeState } from '../../adapters/rails/port';
import { RailRefusedRequest } from '../../adapters/rails/port';
import { add, isPositive, isZero, money, negate, subtract, sum } from '../../domain/money';
import { paidPayment, type RailCase, type RailHarness } from './rail-case';

export function describeDisputes(harness: () => RailHarness): void {
  const has = (): boolean => harness().rail.capabilities.disputes;
  const grossOf = ({ movements, amount }: DisputeState): string =>
    sum(
      movements.map(({ gross }) => gross),
      amount.currency,
    ).amount;

  async function disputed(kind: 'inquiry' | 'chargeback'): Promise<RailCase & { read: () => Promise<DisputeState> }> {
    const payment = await paidPayment(harness());
    const providerRef = await harness().dispute(payment.providerRef, kind);
    return { ...payment, providerRef, read: () => harness().rail.readDispute({ providerRef }) };
  }

  describe('disputes', () => {
    it('declares disputes exactly when its provider can make one', async () => {
      const payment = await paidPayment(harness());
      const opened = await harness()
        .dispute(payment.providerRef, 'chargeback')
        .then(
          () => true,
          () => false,
        );
      expect(opened).toBe(has());
      if (!has()) await expect(harness().rail.readDispute({ providerRef: 'none' })).rejects.toThrow(RailRefusedRequest);
    });

    it('reads a chargeback with the money that it took, gross and fee and net apart', async () => {
      if (!has()) return;
      const { read, amount, providerRef } = await disputed('chargeback');
      const state = await read();
      expect(state).toMatchObject({ providerRef, kind: 'chargeback', status: 'needs_response', amount });
      expect(state.movements).toHaveLength(1);
      for (const { gross, fee, net } of state.movements) {
        expect(gross).toEqual(negate(amount));
        expect(subtract(gross, fee)).toEqual(net);
        expect(isPositive(fee) || isZero(fee)).toBe(true);
      }
    });

    it('reads an inquiry as one that moved no money', async () => {
      if (!has()) return;
      const state = await (await disputed('inquiry')).read();
      expect(state).toMatchObject({ kind: 'inquiry', status: 'needs_response', movements: [] });
    });

    it('reads a dispute that was won with the money that came back', async () => {
      if (!has()) return;
      const { read, providerRef, amount } = await disputed('chargeback');
      await harness().decideDispute(providerRef, 'won');
      const state = await read();
      expect([state.status, grossOf(state)]).toEqual(['won', money('0', amount.currency).amount]);
    });

    it('reads a dispute that was lost with the money gone', async () => {
      if (!has()) return;
      const { read, providerRef, amount } = await disputed('chargeback');
      await harness().decideDispute(providerRef, 'lost');
      const state = await read();
      expect([state.status, grossOf(state)]).toEqual(['lost', negate(amount).amount]);
      expect(add(state.movements[0]?.net ?? amount, state.movements[0]?.fee ?? amount)).toEqual(negate(amount));
    });

    it('refuses to read a dispute that does not exist', async () => {
      await expect(harness().rail.readDispute({ providerRef: 'du_none' })).rejects.toBeInstanceOf(RailRefusedRequest);
    });
  });
}
