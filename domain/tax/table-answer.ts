/** Sales tax by our own table: a rate for each state, without what counties and cities add. */
import { isRefusal } from '../errors';
import { rateOn } from './rate';
import type { SalesTaxAnswer, SalesTaxLine, SalesTaxLineAnswer, SalesTaxQuestion } from './sales-tax';
import { taxLines, type TaxableLine, type TaxedAmounts } from './tax-lines';
import type { TaxTreatment } from './treatment';

function treatmentOf({ category, date }: SalesTaxLine, { customer, table }: SalesTaxQuestion): TaxTreatment | string {
  const place = { country: customer.country, region: customer.region };
  const rate = rateOn(table, { place, category, date });
  if (isRefusal(rate)) return rate.message;
  const { percent, source } = rate;
  return { kind: 'taxed', place, category, percent, legend: null, rate, date, isProvisional: false, text: source };
}

function answerOf(
  { reference }: SalesTaxLine,
  { treatment }: TaxableLine,
  { net, tax }: TaxedAmounts,
): SalesTaxLineAnswer {
  const { percent, rate, place } = treatment;
  const region = rate?.region ?? null;
  const of = {
    name: region ?? place.country,
    level: region === null ? 'country' : 'state',
    country: place.country,
    region,
  };
  return { reference, tax, jurisdictions: [{ ...of, percent, taxable: net, tax, reason: 'standard_rated' }] };
}

/** Answers by the rates of the day of supply, rounded per rate; `unknown` where the table has none. */
export function answerByTable(question: SalesTaxQuestion): SalesTaxAnswer {
  const { lines, currency, date } = question;
  const treatments = lines.map((line) => treatmentOf(line, question));
  const missing = treatments.find((treatment) => typeof treatment === 'string');
  if (missing !== undefined) return { kind: 'unknown', obstacle: missing };
  const taxable = lines.flatMap(({ amount, isTaxIncluded }, index): TaxableLine[] => {
    const treatment = treatments[index];
    return treatment === undefined || typeof treatment === 'string' ? [] : [{ amount, isTaxIncluded, treatment }];
  });
  const made = taxLines(taxable, currency);
  const answers = lines.flatMap((line, index) => {
    const [one, amounts] = [taxable[index], made.lines[index]];
    return one === undefined || amounts === undefined ? [] : [answerOf(line, one, amounts)];
  });
  return { kind: 'answered', calculation: null, date, lines: answers };
}
