/** From lines to an invoice: the order of limits, coupons and tax, and what a credit gives back of both. */
import fc from 'fast-check';
import { billingPeriodStart } from '../../../domain/invoice/assemble-for';
import { grossOf } from '../../../domain/invoice/assemble';
import { add, fromMinorUnits, isZero, money, negate, subtract, sum } from '../../../domain/money';
import { unknownBuyer } from '../../../domain/tax/buyer';
import { anyCoupons, attached } from '../discount/coupons';
import { activeState, at } from '../subscription/example';
import { seller } from '../tax/table';
import { assembled, billedOf, charge, creditOf, germanTax, july, june, sumsOf, taxSettings } from './assembled';

const usd = (amount: string) => money(amount, 'USD');
const stretch = { full: { start: june, end: july }, from: june, to: july, policy: 'seconds', timeZone: 'UTC' } as const;
const origin = { planId: 'plan_a', productId: 'prod_a', stream: 'subscriptions' };
const limits = (of: object, measured: 'before_discounts' | 'after_discounts') => ({
  limits: { minimum: null, maximum: null, measured, ...of },
  stretch,
  origin,
  billed: [],
});
const half = attached('cpn_half', { percent: '50' }, { attachedAt: june });

describe('a plain invoice', () => {
  const made = assembled([charge('49.00'), charge('12.50')]);

  test('is its lines', () => {
    expect(sumsOf(made)).toBe('61.50 - 0.00 + 0.00 (0.00) = 61.50');
    expect(made.lines.map(({ net }) => net.amount)).toEqual(['49.00', '12.50']);
  });

  test('carries nothing that explains discounts or tax', () => {
    expect([made.discounts, made.taxes, made.used]).toEqual([[], null, []]);
    expect(Object.keys(made.lines[0]!.explanation)).toEqual(['exact', 'pricing', 'ratio', 'rounding', 'text']);
  });
});

describe('the order', () => {
  test('discounts come before tax: 100.00 less 50 % at 19 % is 59.50', () => {
    const made = assembled([charge('100.00')], { coupons: [half], tax: germanTax() });
    expect(sumsOf(made)).toBe('100.00 - 50.00 + 9.50 (0.00) = 59.50');
    expect(made.lines[0]).toMatchObject({ discount: usd('50.00'), net: usd('50.00'), tax: usd('9.50') });
  });

  test('a minimum of 80.00 measured before discounts is trued up and then discounted', () => {
    const made = assembled([charge('60.00')], {
      coupons: [half],
      limits: limits({ minimum: { USD: '80.00' } }, 'before_discounts'),
    });
    expect(made.lines.map(({ kind, amount, net }) => `${kind} ${amount.amount} ${net.amount}`)).toEqual([
      'recurring 60.00 30.00',
      'minimum 20.00 10.00',
    ]);
  });

  test('a minimum of 80.00 measured after discounts is what is paid at least', () => {
    const made = assembled([charge('60.00')], {
      coupons: [half],
      limits: limits({ minimum: { USD: '80.00' } }, 'after_discounts'),
    });
    expect(sumsOf(made)).toBe('110.00 - 30.00 + 0.00 (0.00) = 80.00');
  });

  test('a maximum measured before discounts lowers what a coupon is applied to', () => {
    const made = assembled([charge('60.00')], {
      coupons: [half],
      limits: limits({ maximum: { USD: '40.00' } }, 'before_discounts'),
    });
    expect(sumsOf(made)).toBe('40.00 - 20.00 + 0.00 (0.00) = 20.00');
  });

  test('a period without any line still owes its minimum', () => {
    const made = assembled([], { limits: limits({ minimum: { USD: '5.00' } }, 'after_discounts') });
    expect(sumsOf(made)).toBe('5.00 - 0.00 + 0.00 (0.00) = 5.00');
  });

  test('a limit measures what prices bill, not what stands beside them', () => {
    const made = assembled([charge('60.00'), charge('100.00', { kind: 'one_off' })], {
      limits: limits({ maximum: { USD: '80.00' } }, 'after_discounts'),
    });
    expect(made.lines).toHaveLength(2);
  });
});

describe('tax', () => {
  test('is rounded per rate or per line: three lines of 3.33 at 19 % owe 1.90 or 1.89', () => {
    const lines = [charge('3.33'), charge('3.33'), charge('3.33')];
    expect(sumsOf(assembled(lines, { tax: germanTax() }))).toBe('9.99 - 0.00 + 1.90 (0.00) = 11.89');
    const perLine = germanTax({ settings: taxSettings({ rounding: 'per_line' }) });
    expect(sumsOf(assembled(lines, { tax: perLine }))).toBe('9.99 - 0.00 + 1.89 (0.00) = 11.88');
  });

  test('is within prices that include it', () => {
    const inclusive = germanTax({ settings: taxSettings({ prices: 'inclusive' }) });
    const made = assembled([charge('119.00')], { tax: inclusive });
    expect(sumsOf(made)).toBe('119.00 - 0.00 + 0.00 (19.00) = 119.00');
    expect(made.lines[0]?.net).toEqual(usd('100.00'));
  });

  test('is the one of the day of supply: of the first day ahead, of the last day in arrears', () => {
    const now = at('2020-07-15');
    const arrears = charge('100.00', { kind: 'usage', periodStart: at('2020-06-15'), periodEnd: now });
    const ahead = charge('100.00', { periodStart: at('2020-06-20'), periodEnd: at('2020-08-20') });
    const made = assembled([arrears, ahead], { tax: germanTax(), now });
    expect(made.taxes?.rows.map(({ percent, tax, lines }) => [percent, tax.amount, lines])).toEqual([
      ['16', '16.00', [0]],
      ['19', '19.00', [1]],
    ]);
  });

  test('follows the category of the product', () => {
    const tax = germanTax({ categories: { prod_book: 'reduced' } });
    const made = assembled([charge('100.00'), charge('100.00', { productId: 'prod_book' })], { tax });
    expect(made.taxes?.rows.map(({ percent }) => percent)).toEqual(['19', '7']);
  });

  test('refuses where there is no rate, instead of guessing one', () => {
    const tax = germanTax({ table: { rates: [] } });
    expect(() => assembled([charge('1.00')], { tax })).toThrow(/no tax rate/);
  });

  test('keeps where the customer was taken to be, and that the address alone says so', () => {
    const { taxes } = assembled([charge('1.00')], { tax: germanTax() });
    expect(taxes?.place).toMatchObject({ place: { country: 'DE' }, presumed: 'billing_address' });
    expect(taxes?.place?.decision).toMatchObject({ kind: 'unsettled', evidence: [{ kind: 'billing_address' }] });
  });

  test('takes a customer of whom nothing is known to be where the seller is', () => {
    const { taxes } = assembled([charge('1.00')], { tax: germanTax({ buyer: unknownBuyer }) });
    expect(taxes?.place).toMatchObject({ place: { country: seller.country }, presumed: 'seller' });
  });

  test('is told with its legend where the customer owes it', () => {
    const check = {
      taxNumber: { country: 'FR', number: '40303265045' },
      digits: 'valid',
      register: 'valid',
      consultation: 'WAPI1',
      checkedAt: june,
    } as const;
    const buyer = { ...unknownBuyer, address: { country: 'FR', region: null }, check };
    const made = assembled([charge('100.00')], { tax: germanTax({ buyer }) });
    expect(sumsOf(made)).toBe('100.00 - 0.00 + 0.00 (0.00) = 100.00');
    expect(made.taxes).toMatchObject({ check, rows: [{ kind: 'reverse_charge', legend: 'Reverse charge' }] });
    expect(made.lines[0]?.explanation.tax).toMatchObject({ kind: 'reverse_charge', percent: '0', provisional: false });
  });
});

describe('a coupon', () => {
  test('that is fixed gives one period its amount once, over an invoice and a change', () => {
    const coupon = attached('cpn_1', { amounts: { USD: '20.00' } }, { attachedAt: june });
    const first = assembled([charge('15.00')], { coupons: [coupon] });
    const second = assembled([charge('15.00')], { coupons: first.used, now: june + 1000 });
    const third = assembled([charge('15.00')], { coupons: second.used, now: june + 2000 });
    expect([first, second, third].map(({ amounts }) => amounts.discounts.amount)).toEqual(['15.00', '5.00', '0.00']);
    expect(third.used).toEqual([]);
  });

  test('is given back what it took off a credited charge, and takes it off the new one', () => {
    const coupon = attached('cpn_1', { amounts: { USD: '20.00' } }, { attachedAt: june });
    const first = assembled([charge('50.00')], { coupons: [coupon] });
    const billed = [billedOf(first, 0, 'il_1')];
    const lines = [creditOf('il_1', '-25.00'), charge('100.00', { kind: 'proration_charge' })];
    const change = assembled(lines, { coupons: first.used, billed, now: june + 1000 });
    expect(change.lines.map(({ amount, discount, net }) => [amount.amount, discount.amount, net.amount])).toEqual([
      ['-25.00', '-10.00', '-15.00'],
      ['100.00', '10.00', '90.00'],
    ]);
    expect(change.used[0]?.use.taken).toEqual(usd('20.00'));
  });
});

describe('a credit', () => {
  test('gives back the tax that its charge bore, also when the rate has changed since', () => {
    const then = { tax: germanTax(), now: Date.UTC(2020, 11, 1) };
    const span = { periodStart: Date.UTC(2020, 11, 1), periodEnd: Date.UTC(2021, 11, 1) };
    const first = assembled([charge('100.00', span)], then);
    expect(first.amounts.taxAdded).toEqual(usd('16.00'));
    const lines = [creditOf('il_1', '-50.00'), charge('50.00', { kind: 'proration_charge', ...span })];
    const change = assembled([lines[0]!, { ...lines[1]!, periodStart: Date.UTC(2021, 5, 1) }], {
      tax: germanTax(),
      now: Date.UTC(2021, 5, 1),
      billed: [billedOf(first, 0, 'il_1')],
    });
    expect(change.taxes?.rows.map(({ of, percent, tax }) => [of, percent, tax.amount])).toEqual([
      ['charges', '19', '9.50'],
      ['credits', '16', '-8.00'],
    ]);
  });

  test('gives tax back although the seller has stopped to tax', () => {
    const first = assembled([charge('100.00')], { tax: germanTax() });
    const change = assembled([creditOf('il_1', '-100.00')], { billed: [billedOf(first, 0, 'il_1')] });
    expect(sumsOf(change)).toBe('-100.00 - 0.00 + -19.00 (0.00) = -119.00');
  });

  test('of a charge from before tax gives none back', () => {
    const first = assembled([charge('100.00')]);
    const change = assembled([creditOf('il_1', '-100.00')], { billed: [billedOf(first, 0, 'il_1')], tax: germanTax() });
    expect(sumsOf(change)).toBe('-100.00 - 0.00 + 0.00 (0.00) = -100.00');
  });
});

test.each([
  ['a change within the running period', june + 1000, july, june],
  ['the next period', july, at('2026-08-01'), july],
  ['a new calendar that begins within it', june + 1000, july + 1000, june + 1000],
])('coupons count %s as of the period that it belongs to', (_what, start, end, expected) => {
  const state = activeState({ period: { index: 0, start: june, end: july } });
  expect(billingPeriodStart(state, { start, end })).toBe(expected);
});

const cents = fc.integer({ min: 1, max: 20_000 });
const anyTax = fc
  .record({
    prices: fc.constantFrom('exclusive', 'inclusive') as fc.Arbitrary<'exclusive' | 'inclusive'>,
    rounding: fc.constantFrom('per_rate', 'per_line') as fc.Arbitrary<'per_rate' | 'per_line'>,
  })
  .map((settings) => germanTax({ settings: taxSettings(settings), categories: { prod_b: 'reduced' } }));
const anyInvoice = fc.record({
  amounts: fc.array(fc.tuple(cents, fc.constantFrom('prod_a', 'prod_b')), { minLength: 1, maxLength: 5 }),
  coupons: anyCoupons.map((list) => list.map((one) => ({ ...one, attachedAt: june }))),
  tax: fc.option(anyTax),
});

describe('every invoice', () => {
  const linesOf = (amounts: readonly (readonly [number, string])[]) =>
    amounts.map(([units, productId]) => charge(fromMinorUnits(BigInt(units), 'USD').amount, { productId }));

  test('comes to subtotal − discounts + tax added, which is what its lines add, and its rows tell all of its tax', () => {
    fc.assert(
      fc.property(anyInvoice, ({ amounts, coupons, tax }) => {
        const made = assembled(linesOf(amounts), { coupons, tax });
        const { subtotal, discounts, taxAdded, taxIncluded, total } = made.amounts;
        expect(add(subtract(subtotal, discounts), taxAdded)).toEqual(total);
        expect(sum(made.lines.map(grossOf), 'USD')).toEqual(total);
        const rows = made.taxes?.rows ?? [];
        expect(
          sum(
            rows.map((row) => row.tax),
            'USD',
          ),
        ).toEqual(add(taxAdded, taxIncluded));
        const based =
          made.taxes === null
            ? total
            : add(
                sum(
                  rows.map(({ base }) => base),
                  'USD',
                ),
                add(taxAdded, taxIncluded),
              );
        expect(based).toEqual(total);
      }),
    );
  });

  test('is given back to the cent when all of it is credited: net, discount and tax', () => {
    fc.assert(
      fc.property(anyInvoice, ({ amounts, coupons, tax }) => {
        const first = assembled(linesOf(amounts), { coupons, tax });
        const credits = first.lines.map((line, index) => creditOf(`il_${index}`, negate(line.amount).amount));
        const billed = first.lines.map((_, index) => billedOf(first, index, `il_${index}`));
        const back = assembled(credits, { billed, coupons: first.used, tax, now: june + 1000 });
        expect(isZero(add(back.amounts.total, first.amounts.total))).toBe(true);
        const rows = back.taxes?.rows ?? [];
        if (rows.length > 0)
          expect(sum([...rows.map(({ base }) => base), ...rows.map((row) => row.tax)], 'USD')).toEqual(
            back.amounts.total,
          );
        back.lines.forEach((line, index) => {
          expect(negate(line.net)).toEqual(first.lines[index]!.net);
          expect(negate(line.tax)).toEqual(first.lines[index]!.tax);
        });
      }),
    );
  });

  test('is never given back more than it was, in whatever part it is credited', () => {
    fc.assert(
      fc.property(anyInvoice, fc.integer({ min: 0, max: 100 }), ({ amounts, coupons, tax }, percent) => {
        const first = assembled(linesOf(amounts), { coupons, tax });
        const credits = amounts.map(([units], index) =>
          creditOf(`il_${index}`, negate(fromMinorUnits((BigInt(units) * BigInt(percent)) / 100n, 'USD')).amount),
        );
        const billed = first.lines.map((_, index) => billedOf(first, index, `il_${index}`));
        const back = assembled(credits, { billed, tax, now: june + 1000 });
        back.lines.forEach((line, index) => {
          const left = add(grossOf(line), grossOf(first.lines[index]!));
          expect(left.amount.startsWith('-')).toBe(false);
        });
      }),
    );
  });
});
