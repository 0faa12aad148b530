/**
 * Asks a provider of sales tax about an invoice before it is assembled. Without one, as almost everywhere, nobody is asked and nothing is
 * waited for. Invoices and previews both come here.
 */
import type { PostalAddress } from '../customer/billing-details';
import { fail } from '../errors';
import { sha256 } from '../sha256';
import { dateOf } from '../tax/date';
import type { Place } from '../tax/place';
import type { AskSalesTax, SalesTaxQuestion } from '../tax/sales-tax';
import type { Instant } from '../time';
import { linesToTax, type InvoicePart } from './assemble-together';
import { linesToAsk } from './said-taxes';
import { buyerPlaceOf, type SaidTax, type TaxFacts } from './tax-facts';

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** An address of another country than where the customer was found to be is no address of the supply. */
function addressIn(place: Place, known: PostalAddress | null): PostalAddress {
  const address = known !== null && known.country === place.country ? known : { ...noAddress, ...place };
  return { ...address, region: address.region ?? place.region };
}

/** What a provider is to be asked about an invoice; null where none is to be asked. */
export function salesTaxQuestion(parts: readonly InvoicePart[], now: Instant): SalesTaxQuestion | null {
  const [first] = parts;
  const tax = first?.facts.tax ?? null;
  if (first === undefined || tax === null || (tax.settings.sales_tax ?? null) === null) return null;
  const { currency, timeZone } = first.state;
  const moment = { now, timeZone };
  const place = buyerPlaceOf(tax, moment);
  const lines = linesToAsk(linesToTax(parts, now), tax, place, moment, currency);
  if (lines.length === 0) return null;
  const { seller = null, customer = null } = tax.addresses ?? {};
  const said = { seller, customer: addressIn(place.place, customer), currency, date: dateOf(now, timeZone), lines };
  const named = parts.map(({ state, contents }) => [state.subscriptionId, contents.span]);
  return { key: `tax:${hex(sha256(JSON.stringify([named, said])))}`, ...said, table: tax.table };
}

const noAddress = { line1: null, line2: null, city: null, postal_code: null };

/**
 * The answer of the provider, or of the table in its place where the seller's rule says so.
 * @throws PerennialError `sales_tax_unavailable` where the invoice has to wait for the provider, or the table has no answer either.
 */
async function answered(tax: TaxFacts, question: SalesTaxQuestion, ask: AskSalesTax): Promise<SaidTax> {
  const rules = tax.settings.sales_tax ?? fail('internal');
  const { provider, outage } = rules;
  const answer = await ask(provider, question);
  if (answer.kind === 'answered') return { provider, answer, obstacle: null };
  const { obstacle } = answer;
  const own = outage === 'table' ? await ask('table', question) : answer;
  if (own.kind === 'answered') return { provider, answer: own, obstacle };
  return fail('sales_tax_unavailable', { provider, reason: own.obstacle });
}

/**
 * The parts of an invoice with what the provider of sales tax says of it, which stands with the first; unchanged where nobody is to be asked,
 * or was asked already.
 * @throws PerennialError `sales_tax_unavailable`.
 */
export async function withSalesTax<Part extends InvoicePart>(
  part: Part,
  others: readonly InvoicePart[],
  now: Instant,
  ask: AskSalesTax,
): Promise<Part> {
  const { facts } = part;
  if (facts.tax === null || facts.tax.said !== undefined) return part;
  const question = salesTaxQuestion([part, ...others], now);
  if (question === null) return part;
  const said = await answered(facts.tax, question, ask);
  return { ...part, facts: { ...facts, tax: { ...facts.tax, said } } };
}
