import fc from 'fast-check';
import {
  assertBalanced,
  badDebtPostings,
  describeAccount,
  disputePostings,
  invoicePostings,
  paymentPostings,
  refundPostings,
  reversal,
  standingAccounts,
  type Posting,
} from '../../domain/ledger';
import { add, fromMinorUnits, money, sum, zero } from '../../domain/money';

const usd = (amount: string) => money(amount, 'USD');
const shown = (postings: readonly Posting[]) => postings.map(({ account, amount }) => `${account} ${amount.amount}`);
const line = (amount: string, ahead = true, stream = 'subscriptions') => ({ stream, amount: usd(amount), ahead });

describe('what is posted', () => {
  test('for an invoice: receivable against deferred income ahead of its time, revenue for the rest', () => {
    const postings = invoicePostings({
      currency: 'USD',
      lines: [line('49.00'), line('12.00', true, 'seats'), line('99.00', false)],
      balanceApplied: usd('0'),
      carriedOver: usd('0'),
    });
    expect(shown(postings)).toEqual([
      'receivable 160.00',
      'deferred:subscriptions -49.00',
      'deferred:seats -12.00',
      'revenue:subscriptions -99.00',
    ]);
  });

  test('for what the balance pays and what is carried over: out of receivable', () => {
    const postings = invoicePostings({
      currency: 'USD',
      lines: [line('20.20')],
      balanceApplied: usd('20.00'),
      carriedOver: usd('0.20'),
    });
    expect(shown(postings)).toEqual([
      'receivable 20.20',
      'deferred:subscriptions -20.20',
      'receivable -20.20',
      'customer_balance 20.20',
    ]);
  });

  test('for a payment: the net into cash, the fee apart', () => {
    expect(shown(paymentPostings('stripe', usd('100.00'), usd('3.20')))).toEqual([
      'cash:stripe 96.80',
      'provider_fees:stripe 3.20',
      'receivable -100.00',
    ]);
    expect(shown(paymentPostings('stripe', usd('100.00'), usd('0')))).toHaveLength(2);
  });

  test('for a payment and a dispute whose fee is kept in another currency: the cash of each currency stands for itself', () => {
    const fee = money('1.72', 'EUR');
    expect(shown(paymentPostings('stripe', usd('100.00'), fee))).toEqual([
      'cash:stripe 100.00',
      'cash:stripe -1.72',
      'provider_fees:stripe 1.72',
      'receivable -100.00',
    ]);
    for (const postings of [
      paymentPostings('stripe', usd('100.00'), fee),
      disputePostings('stripe', usd('-100.00'), fee),
    ])
      expect(() => assertBalanced(postings)).not.toThrow();
  });

  test('for what a dispute takes, with its fee, and gives back', () => {
    expect(shown(disputePostings('stripe', usd('-49.00'), usd('15.00')))).toEqual([
      'cash:stripe -64.00',
      'provider_fees:stripe 15.00',
      'disputes 49.00',
    ]);
    expect(shown(disputePostings('stripe', usd('49.00'), usd('0.00')))).toEqual([
      'cash:stripe 49.00',
      'disputes -49.00',
    ]);
  });

  test('for a refund and an invoice given up', () => {
    expect(shown(refundPostings('stripe', usd('5.00')))).toEqual(['refunds 5.00', 'cash:stripe -5.00']);
    expect(shown(badDebtPostings(usd('49.00')))).toEqual(['bad_debt 49.00', 'receivable -49.00']);
  });
});

const currency = fc.constantFrom('USD', 'JPY', 'KWD');
const units = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n });
const streams = fc.constantFrom('subscriptions', 'seats', 'usage');
const anyInvoice = currency.chain((code) => {
  const amount = units.map((value) => fromMinorUnits(value, code));
  return fc.record({
    currency: fc.constant(code),
    lines: fc.array(fc.record({ stream: streams, amount, ahead: fc.boolean() }), { maxLength: 8 }),
    balanceApplied: amount,
    carriedOver: amount,
  });
});
const anyMovement = fc.oneof(
  anyInvoice.map(invoicePostings),
  fc
    .tuple(currency, units, units)
    .map(([code, gross, fee]) => paymentPostings('stripe', fromMinorUnits(gross, code), fromMinorUnits(fee, code))),
  fc
    .tuple(currency, units, units)
    .map(([code, gross, fee]) => disputePostings('stripe', fromMinorUnits(gross, code), fromMinorUnits(fee, code))),
  fc.tuple(currency, units).map(([code, value]) => refundPostings('mpesa', fromMinorUnits(value, code))),
  fc.tuple(currency, units).map(([code, value]) => badDebtPostings(fromMinorUnits(value, code))),
);

describe('every movement', () => {
  test('sums to zero in its currency, has no empty posting and names known accounts', () => {
    fc.assert(
      fc.property(anyMovement, (postings) => {
        expect(() => assertBalanced(postings)).not.toThrow();
        const total = postings.reduce((units_, { amount }) => units_ + BigInt(amount.amount.replace('.', '')), 0n);
        expect(total).toBe(0n);
        for (const { account, amount } of postings) {
          expect(amount.amount).not.toMatch(/^[0.]+$/);
          expect(describeAccount(account)).not.toBeNull();
        }
      }),
    );
  });

  test('and its reversal leave every account as it was', () => {
    fc.assert(
      fc.property(anyMovement, (postings) => {
        const both = [...postings, ...reversal(postings)];
        for (const { account, amount } of both) {
          const left = both.filter((posting) => posting.account === account).map((posting) => posting.amount);
          expect(sum(left, amount.currency)).toEqual(zero(amount.currency));
        }
      }),
    );
  });

  test('of an invoice leaves as receivable what is due', () => {
    fc.assert(
      fc.property(anyInvoice, (invoice) => {
        const receivable = invoicePostings(invoice).filter(({ account }) => account === 'receivable');
        const total = sum(
          invoice.lines.map(({ amount }) => amount),
          invoice.currency,
        );
        const moved = add(invoice.balanceApplied, invoice.carriedOver);
        expect(
          add(
            sum(
              receivable.map(({ amount }) => amount),
              invoice.currency,
            ),
            moved,
          ),
        ).toEqual(total);
      }),
    );
  });
});

describe('a set of postings', () => {
  const set = (...amounts: [string, string][]) =>
    amounts.map(([amount, code]) => ({ account: 'a', amount: money(amount, code) }));

  test('sums to zero in each currency by itself, never across currencies', () => {
    expect(() => assertBalanced([])).not.toThrow();
    expect(() => assertBalanced(set(['1.00', 'USD'], ['-1.00', 'USD'], ['5', 'JPY'], ['-5', 'JPY']))).not.toThrow();
    const unbalanced = expect.objectContaining({ code: 'ledger_unbalanced' });
    expect(() => assertBalanced(set(['1.00', 'USD'], ['-1.00', 'EUR']))).toThrow(unbalanced);
    expect(() => assertBalanced(set(['1.00', 'USD'], ['-0.99', 'USD']))).toThrow(unbalanced);
  });
});

describe('an account', () => {
  test('is described by its family and member', () => {
    expect(describeAccount('cash:stripe')).toEqual({ kind: 'asset', name: 'Cash at stripe' });
    expect(describeAccount('revenue:a:b')).toEqual({ kind: 'income', name: 'Revenue from a:b' });
    expect(describeAccount('receivable')).toBe(standingAccounts['receivable']);
  });

  test.each(['', 'cash', 'cash:', 'piggy:bank', 'constructor', 'toString:x', '__proto__'])(
    'with the code "%s" is not known',
    (code) => {
      expect(describeAccount(code)).toBeNull();
    },
  );
});
