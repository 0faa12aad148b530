import fc from 'fast-check';
import { earn, type Deferred, type EarningMoment } from '../../../domain/invoice/earning';
import type { InvoiceLine, LineKind } from '../../../domain/invoice/line';
import { assertBalanced, invoicePostings, type Posting } from '../../../domain/ledger';
import { add, fromMinorUnits, money, negate, sum, zero } from '../../../domain/money';
import { at, june } from '../subscription/example';

const line = (amount: string, change: Partial<InvoiceLine> = {}): InvoiceLine => ({
  kind: 'recurring',
  description: 'Base fee',
  priceId: 'price_1',
  stream: 'subscriptions',
  quantity: '1',
  amount: money(amount, 'USD'),
  periodStart: june.start,
  periodEnd: june.end,
  creditsLineId: null,
  explanation: { exact: amount, pricing: null, ratio: null, rounding: 'half_up', text: amount },
  ...change,
});
const earned = (moment: EarningMoment, deferred: Deferred, lines: readonly InvoiceLine[], now = june.start) => {
  const result = earn({ deferred, lines, currency: 'USD', moment, now });
  return { earned: result.earned.map(({ stream, amount }) => `${stream} ${amount.amount}`), deferred: result.deferred };
};

describe('billed money becomes revenue', () => {
  test('when the period that it was billed for has ended: not before', () => {
    expect(earned('boundary', {}, [line('49.00')])).toEqual({ earned: [], deferred: { subscriptions: '49.00' } });
    expect(earned('boundary', { subscriptions: '49.00' }, [line('59.00')])).toEqual({
      earned: ['subscriptions 49.00'],
      deferred: { subscriptions: '59.00' },
    });
  });

  test('at once for one-off prices and for a period that is over already (a backdated start)', () => {
    const lines = [line('99.00', { kind: 'one_off' }), line('49.00', { periodEnd: at('2026-06-01') })];
    const result = earn({ deferred: {}, lines, currency: 'USD', moment: 'boundary', now: june.start });
    expect(result.income.map(({ ahead }) => ahead)).toEqual([false, false]);
    expect(result.deferred).toEqual({});
  });

  test('not at a change: what is credited is deferred no more, what is charged is', () => {
    const lines = [line('-22.22', { kind: 'proration_credit' }), line('90.24', { kind: 'proration_charge' })];
    expect(earned('change', { subscriptions: '49.00' }, lines, at('2026-06-17'))).toEqual({
      earned: [],
      deferred: { subscriptions: '117.02' },
    });
  });

  test('when the subscription ends, but for what is given back', () => {
    expect(earned('close', { subscriptions: '49.00', seats: '12.00' }, [line('-22.22')])).toEqual({
      earned: ['subscriptions 26.78', 'seats 12.00'],
      deferred: {},
    });
  });
});

const kinds: LineKind[] = ['recurring', 'one_off', 'proration_charge', 'proration_credit'];
const streams = ['subscriptions', 'seats', 'usage'];
const anyLine = fc.record({
  amount: fc.bigInt({ min: -(10n ** 7n), max: 10n ** 7n }).map((units) => fromMinorUnits(units, 'USD')),
  kind: fc.constantFrom(...kinds),
  stream: fc.constantFrom(...streams),
  periodEnd: fc.constantFrom(june.start, june.end),
});
const step = fc.record({
  lines: fc.array(
    anyLine.map((part) => line('0', part)),
    { maxLength: 5 },
  ),
  moment: fc.constantFrom<EarningMoment>('boundary', 'change', 'close'),
});

const ofAccounts = (postings: readonly Posting[], family: string) =>
  sum(
    postings.filter(({ account }) => account.startsWith(family)).map(({ amount }) => amount),
    'USD',
  );

const totalOf = (deferred: Deferred) =>
  sum(
    Object.values(deferred).map((amount) => money(amount, 'USD')),
    'USD',
  );

describe('over the invoices of a whole life', () => {
  test('every set of postings sums to zero, and what stands deferred is what the ledger says', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        let deferred: Deferred = {};
        const all: Posting[] = [];
        for (const { lines, moment } of steps) {
          const earning = earn({ deferred, lines, currency: 'USD', moment, now: at('2026-06-10') });
          const none = zero('USD');
          const postings = invoicePostings({
            currency: 'USD',
            lines: earning.income,
            balanceApplied: none,
            carriedOver: none,
            earned: earning.earned,
          });
          expect(() => assertBalanced(postings)).not.toThrow();
          deferred = earning.deferred;
          all.push(...postings);
          expect(negate(ofAccounts(all, 'deferred:'))).toEqual(totalOf(deferred));
          for (const [stream, amount] of Object.entries(deferred))
            expect(negate(ofAccounts(all, `deferred:${stream}`))).toEqual(money(amount, 'USD'));
        }
        const billed = sum(
          steps.flatMap(({ lines }) => lines.map(({ amount }) => amount)),
          'USD',
        );
        expect(add(negate(ofAccounts(all, 'revenue:')), totalOf(deferred))).toEqual(billed);
        expect(ofAccounts(all, 'receivable')).toEqual(billed);
      }),
    );
  });

  test('nothing stands deferred after the end', () => {
    fc.assert(
      fc.property(
        step,
        fc.dictionary(fc.constantFrom(...streams), fc.constantFrom('1.00', '0.01', '-3.50')),
        ({ lines }, deferred) => {
          expect(earn({ deferred, lines, currency: 'USD', moment: 'close', now: june.start }).deferred).toEqual({});
        },
      ),
    );
  });
});
