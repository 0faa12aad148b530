/** A rail does what it declares, and declares what it does. */
import { RailRefusedRequest } from '../../adapters/rails/port';
import { classifyDecline } from '../../domain/decline';
import { add, compare, fromMinorUnits, money, subtract, toMinorUnits, type Money } from '../../domain/money';
import {
  attach,
  confirm,
  declineOf,
  newCustomer,
  openPayment,
  uniqueKey,
  type RailBehavior,
  type RailHarness,
} from './rail-case';

/** True when the provider can be made to behave so; a new method is made for the question. */
async function canBehave(harness: RailHarness, behavior: RailBehavior): Promise<boolean> {
  return harness.behave(await attach(harness, await newCustomer(harness), 'succeeds'), behavior);
}

export function describeCapabilities(harness: () => RailHarness): void {
  describe('capabilities', () => {
    it('declares customer actions exactly when its provider can ask for one', async () => {
      expect(await canBehave(harness(), 'asks_customer')).toBe(harness().rail.capabilities.customerAction);
    });

    it('declares delayed settlement exactly when its provider can settle later', async () => {
      expect(await canBehave(harness(), 'settles_later')).toBe(harness().rail.capabilities.delayedSettlement);
    });
  });

  describeMinimumAmounts(harness);
  describeCustomerAction(harness);
  describeDelayedSettlement(harness);
}

/** Far above every minimum, and a multiple of every step. */
const MANY_STEPS = 1_000n;

function describeMinimumAmounts(harness: () => RailHarness): void {
  const create = async (amount: Money): Promise<{ providerRef: string }> => {
    const customerRef = await newCustomer(harness());
    return harness().rail.createPayment({
      tenantId: 'ten_conformance',
      invoiceId: uniqueKey('inv'),
      amount,
      customerRef,
      description: 'The least amount',
      idempotencyKey: uniqueKey('create'),
    });
  };

  describe('minimum amounts', () => {
    it('takes the least amount that it declares for each currency', async () => {
      for (const [currency, least] of Object.entries(harness().rail.capabilities.minimumAmounts)) {
        expect((await create(money(least, currency))).providerRef).not.toBe('');
      }
    });

    it('refuses one minor unit less, before anything is tried', async () => {
      for (const [currency, least] of Object.entries(harness().rail.capabilities.minimumAmounts)) {
        const less = subtract(money(least, currency), fromMinorUnits(1n, currency));
        expect(compare(less, money(least, currency))).toBe(-1);
        await expect(create(less)).rejects.toBeInstanceOf(RailRefusedRequest);
      }
    });

    it('takes multiples of the step that it declares for a currency, and refuses one minor unit more', async () => {
      for (const [currency, step] of Object.entries(harness().rail.capabilities.amountSteps)) {
        const units = toMinorUnits(money(step, currency));
        expect(units > 1n).toBe(true);
        expect((await create(fromMinorUnits(MANY_STEPS * units, currency))).providerRef).not.toBe('');
        const more = fromMinorUnits(MANY_STEPS * units + 1n, currency);
        await expect(create(more)).rejects.toBeInstanceOf(RailRefusedRequest);
      }
    });

    it('takes amounts to the last minor unit in a currency for which it declares no step', async () => {
      const { minimumAmounts, amountSteps } = harness().rail.capabilities;
      for (const [currency, least] of Object.entries(minimumAmounts)) {
        if (amountSteps[currency] !== undefined) continue;
        const odd = add(money(least, currency), fromMinorUnits(1n, currency));
        expect((await create(odd)).providerRef).not.toBe('');
      }
    });
  });
}

function describeCustomerAction(harness: () => RailHarness): void {
  const asks = (): boolean => harness().rail.capabilities.customerAction;

  describe('customer action', () => {
    it('declines with class customer when nobody is at the screen to be asked', async () => {
      if (!asks()) return;
      const payment = await openPayment(harness(), 'asks_customer');
      const decline = declineOf(await confirm(payment));
      expect([decline.code, decline.declineCode]).toContain('authentication_required');
      expect(classifyDecline(decline).class).toBe('customer');
    });

    it('asks a present customer, and takes the money after the answer', async () => {
      if (!asks()) return;
      const payment = await openPayment(harness(), 'asks_customer');
      await confirm(payment);
      const state = await confirm(payment, { attempt: 2, customerPresent: true });
      if (state.kind !== 'requires_action' || state.redirectUrl === null)
        throw new Error('The customer must be asked.');
      expect(await harness().chargesOf(payment.invoiceId)).toBe(0);
      await harness().answerAction(state.redirectUrl, 'complete');
      expect((await payment.rail.readPayment(payment)).kind).toBe('succeeded');
      expect(await harness().chargesOf(payment.invoiceId)).toBe(1);
    });

    it('reads a decline after the customer failed the question', async () => {
      if (!asks()) return;
      const payment = await openPayment(harness(), 'asks_customer');
      const state = await confirm(payment, { customerPresent: true });
      if (state.kind !== 'requires_action' || state.redirectUrl === null)
        throw new Error('The customer must be asked.');
      await harness().answerAction(state.redirectUrl, 'fail');
      expect((await payment.rail.readPayment(payment)).kind).toBe('declined');
      expect(await harness().chargesOf(payment.invoiceId)).toBe(0);
    });
  });
}

function describeDelayedSettlement(harness: () => RailHarness): void {
  const delays = (): boolean => harness().rail.capabilities.delayedSettlement;

  describe('delayed settlement', () => {
    it.each([
      ['succeed', 'succeeded'],
      ['fail', 'declined'],
    ] as const)('waits as processing until the bank lets it %s', async (outcome, kind) => {
      if (!delays()) return;
      const payment = await openPayment(harness(), 'settles_later');
      expect((await confirm(payment)).kind).toBe('processing');
      expect((await confirm(payment, { attempt: 2 })).kind).toBe('processing');
      await harness().settle(payment.providerRef, outcome);
      expect((await payment.rail.readPayment(payment)).kind).toBe(kind);
    });
  });
}
