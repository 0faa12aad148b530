/** Credit notes: what they give back, where to, and that it is never more than remains. */
import fc from 'fast-check';
import {
  afterCreditNote,
  type CreditableInvoice,
  type CreditableLine,
  type CreditRequest,
  creditNote,
  parseCreditRequest,
  remainingOfInvoice,
  remainingOfLine,
} from '../../../domain/credits/credit-note';
import { spreadCredit } from '../../../domain/credits/spread-credit';
import { isRefusal } from '../../../domain/errors';
import {
  add,
  compare,
  fromMinorUnits,
  isNegative,
  isPositive,
  isZero,
  min,
  subtract,
  sum,
  zero,
} from '../../../domain/money';
import { taxLines } from '../../../domain/tax/tax-lines';
import { treatment } from '../tax/table';
import { usd } from './grants';

const none = zero('USD');
const line = (id: string, net: string, tax: string, more: Partial<CreditableLine> = {}): CreditableLine => ({
  id,
  description: id,
  net: usd(net),
  tax: usd(tax),
  taxRow: 'DE 19',
  credited: { net: none, tax: none },
  ...more,
});
const invoice = (lines: CreditableLine[], more: Partial<CreditableInvoice> = {}): CreditableInvoice => ({
  id: 'inv_1',
  currency: 'USD',
  lines,
  amountDue: none,
  refundable: sum(
    lines.map(({ net, tax }) => add(net, tax)),
    'USD',
  ),
  givenBack: none,
  ...more,
});
const asking = (amounts: Record<string, string>, more: Partial<CreditRequest> = {}): CreditRequest => ({
  lines: Object.entries(amounts).map(([line_id, amount]) => ({ line_id, amount })),
  basis: 'gross',
  rest: 'balance',
  ...more,
});
const noted = (of: CreditableInvoice, request: CreditRequest) => {
  const made = creditNote(of, request);
  if (isRefusal(made)) throw new Error(made.message);
  return made;
};
const refused = (of: CreditableInvoice, request: CreditRequest) => {
  const made = creditNote(of, request);
  return isRefusal(made) ? (made.fields?.[0]?.path ?? made.message) : made.text;
};
const two = invoice([line('il_1', '100.00', '19.00'), line('il_2', '50.00', '3.50', { taxRow: 'DE 7' })]);

describe('a credit note', () => {
  test('gives back a part of a line with the same part of its tax, at the rate of the invoice', () => {
    const note = noted(two, asking({ il_1: '59.50', il_2: '10.70' }));
    expect(note.lines).toMatchObject([
      { lineId: 'il_1', net: usd('50.00'), tax: usd('9.50'), text: '59.50 USD of 119.00 USD' },
      { lineId: 'il_2', net: usd('10.00'), tax: usd('0.70') },
    ]);
    expect(note.taxRows).toEqual([
      { taxRow: 'DE 19', net: usd('50.00'), tax: usd('9.50') },
      { taxRow: 'DE 7', net: usd('10.00'), tax: usd('0.70') },
    ]);
    expect([note.net, note.tax, note.gross]).toEqual([usd('60.00'), usd('10.20'), usd('70.20')]);
  });

  test('takes amounts without tax, too', () => {
    expect(noted(two, asking({ il_1: '50.00' }, { basis: 'net' }))).toMatchObject({
      net: usd('50.00'),
      gross: usd('59.50'),
    });
  });

  test('reduces what is still asked for, then goes to the balance', () => {
    const open = { ...two, amountDue: usd('72.50'), refundable: usd('100.00') };
    const note = noted(open, asking({ il_1: '119.00' }));
    expect(note).toMatchObject({ reduced: usd('72.50'), refunded: none, toBalance: usd('46.50') });
    expect(note.text).toBe('119.00 USD: 72.50 USD off what the invoice asks for, 46.50 USD to the balance');
  });

  test('is refunded as far as money came by a rail; what the balance had paid goes back to it', () => {
    const note = noted({ ...two, refundable: usd('100.00') }, asking({ il_1: '119.00' }, { rest: 'refund' }));
    expect(note).toMatchObject({ reduced: none, refunded: usd('100.00'), toBalance: usd('19.00') });
  });

  test('stays within what remains of net and of tax, where a later invoice credited them otherwise', () => {
    const credited = (net: string, tax: string) =>
      invoice([line('il_1', '100.00', '19.00', { credited: { net: usd(net), tax: usd(tax) } })]);
    const parts = (of: CreditableInvoice, amount: string, basis: 'gross' | 'net') =>
      noted(of, asking({ il_1: amount }, { basis })).lines.map(({ net, tax }) => `${net.amount} ${tax.amount}`);
    expect(parts(credited('100.00', '0.00'), '10.00', 'gross')).toEqual(['0.00 10.00']);
    expect(parts(credited('0.00', '19.00'), '10.00', 'gross')).toEqual(['10.00 0.00']);
    expect(parts(credited('0.00', '19.00'), '100.00', 'net')).toEqual(['100.00 0.00']);
    expect(parts(credited('101.00', '0.00'), '18.00', 'gross')).toEqual(['0.00 18.00']);
  });

  test('says what was credited of a line before', () => {
    const after = afterCreditNote(two, noted(two, asking({ il_1: '19.00' })));
    expect(noted(after, asking({ il_1: '100.00' })).lines[0]?.text).toBe(
      '100.00 USD of 119.00 USD; 19.00 USD were credited before',
    );
  });
});

describe('a credit note is refused', () => {
  const after = afterCreditNote(two, noted(two, asking({ il_1: '19.00' })));

  test('above what remains of a line, though more remains of the invoice', () => {
    expect(refused(after, asking({ il_1: '100.01' }))).toBe(
      'The credit of 100.01 USD is above the 100.00 USD that remain of the line il_1.',
    );
    expect(refused(two, asking({ il_1: '100.01' }, { basis: 'net' }))).toMatch(/remain of the line/);
  });

  test('above what remains of the invoice, though more remains of the line', () => {
    const credited = invoice([line('il_1', '100.00', '0.00'), line('il_2', '-80.00', '0.00')]);
    expect(refused(credited, asking({ il_1: '20.01' }))).toMatch(
      /above the 20.00 USD that remain of the invoice inv_1/,
    );
    expect(refused({ ...two, givenBack: usd('70.00') }, asking({ il_1: '119.00' }))).toMatch(
      /102.50 USD that remain of the invoice/,
    );
  });

  test('for a line that gives back itself', () => {
    expect(
      refused(invoice([line('il_1', '-5.00', '0.00'), line('il_2', '9.00', '0.00')]), asking({ il_1: '1.00' })),
    ).toMatch(/0.00 USD that remain/);
  });

  test.each<[string, CreditRequest, string]>([
    ['a line of another invoice', asking({ il_9: '1.00' }), 'lines.0.line_id'],
    [
      'a line twice',
      {
        ...asking({}),
        lines: [
          { line_id: 'il_1', amount: '1' },
          { line_id: 'il_1', amount: '1' },
        ],
      },
      'lines.1.line_id',
    ],
    ['half a cent', asking({ il_1: '0.005' }), 'lines.0.amount'],
    ['nothing', asking({ il_1: '0.00' }), 'lines.0.amount'],
    ['less than nothing', asking({ il_1: '-1.00' }), 'lines.0.amount'],
    ['no lines', asking({}), 'lines'],
  ])('with %s', (_what, request, path) => {
    expect(refused(two, request)).toBe(path);
  });
});

describe('a credit over the whole invoice', () => {
  test('spreads over what remains of the lines', () => {
    const request = spreadCredit(two, 'refund', usd('17.25'));
    expect(request).toEqual(asking({ il_1: '11.90', il_2: '5.35' }, { rest: 'refund' }));
  });

  test('without an amount gives back all that remains, after which nothing does', () => {
    const after = afterCreditNote(two, noted(two, asking({ il_1: '19.00' })));
    const request = spreadCredit(after, 'balance');
    if (isRefusal(request)) throw new Error(request.message);
    const done = afterCreditNote(after, noted(after, request));
    expect(remainingOfInvoice(done)).toEqual(none);
    expect(isRefusal(spreadCredit(done, 'balance'))).toBe(true);
    expect(done.lines.map(({ credited }) => credited)).toEqual(two.lines.map(({ net, tax }) => ({ net, tax })));
  });

  test('is refused above what remains', () => {
    expect(spreadCredit(two, 'refund', usd('172.51'))).toMatchObject({ code: 'credit_exceeds_remaining' });
  });
});

describe('over any invoice and any sequence of credit notes', () => {
  const cents = (min: number, max: number) =>
    fc.integer({ min, max }).map((units) => fromMinorUnits(BigInt(units), 'USD'));
  const anyInvoice = fc
    .tuple(
      fc.array(
        fc.record({
          amount: fc.oneof(cents(-500, 2000), cents(1, 40)),
          percent: fc.constantFrom('0', '7', '19'),
          isTaxIncluded: fc.boolean(),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 100 }),
    )
    .map(([lines, paidPercent, railPercent]): CreditableInvoice => {
      const { lines: taxed } = taxLines(
        lines.map((it) => ({ ...it, treatment: treatment(it.percent) })),
        'USD',
      );
      const total = sum(
        taxed.map(({ gross }) => gross),
        'USD',
      );
      const part = (of: typeof total, percent: number) =>
        isPositive(of) ? fromMinorUnits((BigInt(of.amount.replace('.', '')) * BigInt(percent)) / 100n, 'USD') : none;
      const paid = part(total, paidPercent);
      return {
        ...invoice(
          taxed.map(({ net, tax }, index) =>
            line(`il_${index}`, net.amount, tax.amount, { taxRow: lines[index]!.percent }),
          ),
        ),
        amountDue: isPositive(total) ? subtract(total, paid) : none,
        refundable: part(paid, railPercent),
      };
    });
  const anyRequests = fc.array(
    fc.record({
      lines: fc.uniqueArray(
        fc.record({
          line_id: fc.constantFrom('il_0', 'il_1', 'il_2', 'il_3'),
          amount: fc.oneof(cents(1, 900), cents(1, 5)).map(({ amount }) => amount),
        }),
        {
          minLength: 1,
          maxLength: 3,
          selector: ({ line_id }) => line_id,
        },
      ),
      basis: fc.constantFrom('gross', 'net'),
      rest: fc.constantFrom('refund', 'balance'),
    }),
    { maxLength: 25 },
  );

  test('nothing gives more than remains, of lines, of the invoice, of what is due and of what was paid', () => {
    fc.assert(
      fc.property(anyInvoice, anyRequests, (start, requests) => {
        let of = start;
        let given = none;
        for (const request of requests) {
          const before = remainingOfInvoice(of);
          const note = creditNote(of, request);
          if (isRefusal(note)) continue;
          expect(compare(note.gross, before)).toBeLessThanOrEqual(0);
          expect(add(note.net, note.tax)).toEqual(note.gross);
          expect(sum([note.reduced, note.refunded, note.toBalance], 'USD')).toEqual(note.gross);
          expect(
            sum(
              note.taxRows.flatMap(({ net, tax }) => [net, tax]),
              'USD',
            ),
          ).toEqual(note.gross);
          expect(note.reduced).toEqual(min(note.gross, of.amountDue));
          for (const { net, tax } of note.lines) expect([net, tax].some(isNegative)).toBe(false);
          of = afterCreditNote(of, note);
          given = add(given, note.gross);
          expect(remainingOfInvoice(of)).toEqual(subtract(before, note.gross));
          expect([of.amountDue, of.refundable].some(isNegative)).toBe(false);
          for (const { net, tax, credited } of of.lines) {
            if (!isPositive(add(net, tax))) expect(isZero(add(credited.net, credited.tax))).toBe(true);
            else expect([subtract(net, credited.net), subtract(tax, credited.tax)].some(isNegative)).toBe(false);
          }
        }
        const total = sum(
          start.lines.map(({ net, tax }) => add(net, tax)),
          'USD',
        );
        if (!isZero(given)) expect(compare(given, total)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('what remains can always be credited to the last cent, and gives back exactly the tax', () => {
    fc.assert(
      fc.property(anyInvoice, anyRequests, (start, requests) => {
        const charges = start.lines.filter(({ net, tax }) => isPositive(add(net, tax)));
        let of: CreditableInvoice = { ...start, lines: charges };
        for (const request of requests) {
          const note = creditNote(of, request);
          if (!isRefusal(note)) of = afterCreditNote(of, note);
        }
        const rest = spreadCredit(of, 'balance');
        if (isRefusal(rest)) return expect(remainingOfInvoice(of)).toEqual(none);
        const done = afterCreditNote(of, noted({ ...of, amountDue: none }, rest));
        for (const it of done.lines) {
          expect(it.credited).toEqual({ net: it.net, tax: it.tax });
          expect(remainingOfLine(it)).toEqual({ net: none, tax: none });
        }
        expect(remainingOfInvoice(done)).toEqual(none);
      }),
    );
  });
});

describe('a request is read', () => {
  test('with what may be left out', () => {
    expect(parseCreditRequest({ lines: [{ line_id: 'il_1', amount: '5' }] })).toEqual(asking({ il_1: '5' }));
  });

  test.each<[object, string]>([
    [{ lines: [] }, 'lines'],
    [{ lines: [{ line_id: 'il_1', amount: '0' }] }, 'lines.0.amount'],
    [
      {
        lines: [
          { line_id: 'il_1', amount: '1' },
          { line_id: 'il_1', amount: '1' },
        ],
      },
      'lines.1.line_id',
    ],
    [{ lines: [{ line_id: 'il_1', amount: '1' }], rest: 'cash' }, 'rest'],
  ])('and refused as %j', (value, path) => {
    expect(parseCreditRequest(value)).toMatchObject([{ path }]);
  });
});
