/**
 * What every provider of sales tax must do. Differences are declared in `SalesTaxCapabilities`, and the suite checks that the declaration is
 * honest.
 */
import { add, compare, money, subtract, sum, type Money } from '../../domain/money';
import type { SalesTaxAnswer, SalesTaxLine, SalesTaxProvider, SalesTaxQuestion } from '../../domain/tax/sales-tax';

export interface SalesTaxHarness {
  readonly provider: SalesTaxProvider;
  /** Lets it be away until it is healed; null for one that cannot be. */
  readonly away: (() => Promise<void>) | null;
  heal(): Promise<void>;
  close(): Promise<void>;
}

const usd = (amount: string): Money => money(amount, 'USD');
const row = (region: string, percent: string) => ({
  country: 'US',
  region,
  category: 'standard',
  percent,
  from: '2000-01-01',
  to: null,
  source: 'law',
});
const table = { rates: [row('US-NY', '4'), row('US-TX', '6.25'), row('US-OR', '0')] };

const address = (region: string, postal_code: string | null) => ({
  line1: '1 Main Street',
  line2: null,
  city: null,
  postal_code,
  region: region === '' ? null : `US-${region}`,
  country: 'US',
});

const line = (reference: string, amount: string, more: Partial<SalesTaxLine> = {}): SalesTaxLine => ({
  reference,
  amount: usd(amount),
  isTaxIncluded: false,
  category: 'standard',
  date: today,
  ...more,
});

/** A provider takes days near the real one only. */
const today = new Date().toISOString().slice(0, 10);
let asked = 0;

const question = (lines: readonly SalesTaxLine[], more: Partial<SalesTaxQuestion> = {}): SalesTaxQuestion => ({
  key: `tax:conformance-${process.pid}-${(asked += 1)}`,
  seller: null,
  customer: address('NY', '10001'),
  currency: 'USD',
  date: today,
  lines,
  table,
  ...more,
});

type Answered = Extract<SalesTaxAnswer, { kind: 'answered' }>;

async function answered(provider: SalesTaxProvider, asking: SalesTaxQuestion): Promise<Answered> {
  const answer = await provider.calculate(asking);
  if (answer.kind !== 'answered') throw new Error(`no answer: ${answer.obstacle}`);
  return answer;
}

const taxesOf = ({ lines }: Answered): string[] => lines.map(({ tax }) => tax.amount);

function describeAnswers(harness: () => SalesTaxHarness): void {
  test('each line is answered under its reference, and its authorities add up to its tax', async () => {
    const lines = [line('a', '100.00'), line('b', '49.99')];
    const answer = await answered(harness().provider, question(lines));
    expect(answer.lines.map(({ reference }) => reference)).toEqual(['a', 'b']);
    for (const { tax, jurisdictions } of answer.lines)
      expect(
        sum(
          jurisdictions.map((one) => one.tax),
          'USD',
        ),
      ).toEqual(tax);
    expect(answer.lines[0]?.jurisdictions[0]).toMatchObject({ country: 'US', region: 'US-NY', percent: '4' });
    expect(answer.lines[0]?.jurisdictions[0]?.tax.amount).toBe('4.00');
  });

  test('a price that includes tax holds less of it than the same price without', async () => {
    const { provider } = harness();
    const [added] = (await answered(provider, question([line('a', '104.00')]))).lines;
    const within = await answered(provider, question([line('a', '104.00', { isTaxIncluded: true })]));
    const [included] = within.lines;
    const net = subtract(usd('104.00'), included?.tax ?? usd('0.00'));
    const again = await answered(provider, question([line('a', net.amount)]));
    expect(taxesOf(within)).toEqual(taxesOf(again));
    expect(add(net, again.lines[0]?.tax ?? usd('0.00'))).toEqual(usd('104.00'));
    expect(compare(added?.tax ?? usd('0.00'), included?.tax ?? usd('0.00'))).toBe(1);
  });

  test('a place without a sales tax is answered with none, not left open', async () => {
    const answer = await answered(
      harness().provider,
      question([line('a', '100.00')], { customer: address('OR', '97201') }),
    );
    expect(taxesOf(answer)).toEqual(['0.00']);
  });

  test('the same question is answered alike', async () => {
    const { provider } = harness();
    const asking = question([line('a', '100.00')], { customer: address('TX', '78701') });
    expect(await provider.calculate(asking)).toEqual(await provider.calculate(asking));
  });

  test('what it cannot answer is unknown with a reason, never "no tax" and never an exception', async () => {
    const { provider } = harness();
    const unplaced = question([line('a', '100.00')], { customer: address('', null) });
    const uncategorized = question([line('a', '100.00', { category: 'magic' })]);
    for (const asking of [unplaced, uncategorized])
      expect(await provider.calculate(asking)).toEqual({ kind: 'unknown', obstacle: expect.stringMatching(/./) });
  });
}

function describeCapabilities(harness: () => SalesTaxHarness): void {
  test('`local`: it knows authorities below the state, or does not', async () => {
    const { provider } = harness();
    const [first] = (await answered(provider, question([line('a', '100.00')]))).lines;
    const below = first?.jurisdictions.filter(({ level }) => level !== 'state' && level !== 'country') ?? [];
    expect(below.length > 0).toBe(provider.capabilities.local);
  });

  test('`reports`: a sale is known by its calculation, counts once, and is given back in parts', async () => {
    const { provider } = harness();
    const { calculation } = await answered(provider, question([line('a', '100.00')]));
    expect(calculation !== null).toBe(provider.capabilities.reports);
    const reference = `inv_${process.pid}_${(asked += 1)}`;
    const sale = { calculation: calculation ?? '', reference };
    const told = await provider.reportSale(sale);
    expect([told.kind, await provider.reportSale(sale)]).toEqual(['reported', told]);
    const transaction = told.kind === 'reported' ? told.transaction : '';
    const back = { transaction, reference: `${reference}/void`, amount: usd('10.00') };
    const reversed = await provider.reportReversal(back);
    expect([reversed.kind, await provider.reportReversal(back)]).toEqual(['reported', reversed]);
  });
}

function describeOutages(harness: () => SalesTaxHarness): void {
  test('while it is away, questions and reports are unknown, and go on afterwards', async () => {
    const { provider, away, heal } = harness();
    // What is always there has nothing to show here.
    if (away === null) return expect(provider.capabilities.reports).toBe(false);
    const asking = question([line('a', '100.00')]);
    await away();
    expect(await provider.calculate(asking)).toMatchObject({ kind: 'unknown' });
    expect(await provider.reportSale({ calculation: 'taxcalc_1', reference: 'inv_away' })).toMatchObject({
      kind: 'unknown',
    });
    await heal();
    expect(await provider.calculate(question([line('a', '100.00')]))).toMatchObject({ kind: 'answered' });
  });
}

/** Runs the whole suite over one provider. */
export function salesTaxConformance(name: string, makeHarness: () => Promise<SalesTaxHarness>): void {
  describe(`sales tax by ${name}`, () => {
    let started: SalesTaxHarness | null = null;
    const harness = (): SalesTaxHarness => {
      if (started === null) throw new Error('The harness is not started.');
      return started;
    };
    beforeAll(async () => {
      started = await makeHarness();
    });
    afterEach(() => harness().heal());
    afterAll(() => started?.close());
    describeAnswers(harness);
    describeCapabilities(harness);
    describeOutages(harness);
  });
}
