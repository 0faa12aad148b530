/**
 * What is used, limited, lowered, taxed, given back and printed: a second dated story, of a customer in Germany on a metered plan. Every
 * amount is worked out by hand in the comments.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  advance,
  attachCard,
  expectThat,
  newestInvoice,
  sayBooks,
  sayLines,
  show,
  step,
  until,
  type InvoiceView,
  type MoneyAnswer,
  type World,
} from './world';

interface Identified {
  readonly id: string;
}

interface Cast {
  readonly clockId: string;
  readonly customerId: string;
  readonly subscriptionId: string;
}

/** Where the seller is, on its documents and before the tax office. */
async function openTheShop({ api }: World): Promise<void> {
  const { data } = await api.get<{ data: readonly Identified[] }>('/entities');
  await api.patch(`/entities/${data[0]?.id}`, {
    legal_name: 'Kilima Software GmbH',
    address: { line1: 'Straße der Freundschaft 12', city: 'Köln', postal_code: '50667', country: 'DE' },
    tax_numbers: [{ kind: 'vat', number: 'DE136695976' }],
    country: 'DE',
  });
  const registrations = [{ country: 'DE', tax_number: 'DE136695976', from: '2020-01-01' }];
  await api.patch('/tax-settings', { seller: { country: 'DE', registrations } });
}

/** A meter, and a feature of the same name that it measures. */
async function measure({ api }: World, code: string, name: string, definition: object): Promise<void> {
  const meter = await api.post<Identified>('/meters', { code, name, event_type: code, ...definition });
  await api.post('/features', { key: code, name, type: 'metered', meter_id: meter.id });
}

async function fillTheCatalogue(world: World): Promise<string> {
  const { api } = world;
  await measure(world, 'requests', 'Requests', { aggregation: 'sum', value_property: 'count' });
  await measure(world, 'exports', 'Exports', { aggregation: 'count' });
  const product = await api.post<Identified>('/products', { name: 'Kilima API' });
  const plan = await api.post<Identified>('/plans', {
    product_id: product.id,
    code: 'team',
    name: 'Team monthly',
    interval: { unit: 'month', count: 1 },
    prices: [
      { model: 'flat', amounts: { EUR: '100.00' }, description: 'Team' },
      {
        model: 'per_unit',
        parameters: { included: '1000' },
        amounts: { EUR: '0.02' },
        meter: 'requests',
        description: 'Requests above 1,000',
      },
    ],
    entitlements: [
      { feature: 'requests', limit: '1000', limit_type: 'soft', overage: 'billed', thresholds: [80, 100] },
      { feature: 'exports', limit: '3', limit_type: 'hard' },
    ],
  });
  const coupon = await api.post<Identified>('/coupons', {
    name: 'Welcome',
    percent: '20',
    duration: 'periods',
    periods: 2,
  });
  await api.post(`/coupons/${coupon.id}/codes`, { code: 'WELCOME26' });
  return plan.id;
}

async function addBruno(world: World): Promise<Omit<Cast, 'subscriptionId'>> {
  const { api } = world;
  const clock = await api.post<Identified>('/test-clocks', { name: 'metered', now: '2026-09-01T00:00:00.000Z' });
  const body = { name: 'Bruno', email: 'bruno@example.com', test_clock_id: clock.id };
  const customer = await api.post<Identified>('/customers', body);
  await api.patch(`/customers/${customer.id}/billing-details`, {
    legal_name: 'Bruno Weber',
    address: { line1: 'Hauptstraße 5', city: 'Berlin', postal_code: '10827', country: 'DE' },
    language: 'de',
  });
  await attachCard(world, customer.id, 'pm_card_visa');
  return { clockId: clock.id, customerId: customer.id };
}

/** Subtotal, discount, tax and total, as they stand on the invoice. */
const sums = ({ subtotal, discount_total: discount, tax_added: tax, total }: InvoiceView): string[] =>
  [subtotal, discount, tax, total].map(({ amount }) => amount);

function sayTotal(world: World, invoice: InvoiceView): void {
  const [vat] = invoice.taxes?.rows ?? [];
  world.say(
    `              ${show(invoice.subtotal)} - ${invoice.discount_total.amount} coupon + ${invoice.tax_added.amount} VAT` +
      ` (${vat?.percent} % of ${vat?.base.amount}, ${vat?.country}) = ${show(invoice.total)}`,
  );
}

async function couponAndVat(world: World, cast: Omit<Cast, 'subscriptionId'>, planId: string): Promise<Cast> {
  const { id } = await world.api.post<Identified>('/subscriptions', {
    customer_id: cast.customerId,
    plan_id: planId,
    currency: 'EUR',
    coupons: [{ code: 'WELCOME26' }],
  });
  const invoice = await newestInvoice(world, id);
  // 20 % of 100.00 are 20.00; 19 % of the 80.00 that are left are 15.20.
  expectThat('the first invoice', sums(invoice), ['100.00', '20.00', '15.20', '95.20']);
  expectThat('it is paid', invoice.status, 'paid');
  step(world, '2026-09-01', `Bruno in Berlin subscribes to Team with the code WELCOME26: ${invoice.number}:`);
  sayTotal(world, invoice);
  return { ...cast, subscriptionId: id };
}

/** Sends a usage event of an instant; an id of its own lets it be sent again without counting twice. */
function use({ api }: World, customerId: string, type: string, time: string, properties: object = {}): Promise<void> {
  return api.post('/usage-events', { id: randomUUID(), type, customer_id: customerId, time, properties });
}

interface Checked {
  readonly allowed: boolean;
  readonly reason: string;
  readonly usage: string;
  readonly limit: string;
  readonly usage_percentage: number;
  readonly resets_at: string;
}

const check = ({ api }: World, customerId: string, feature: string): Promise<Checked> =>
  api.post('/entitlements/check', { customer_id: customerId, feature });

async function alert(world: World, { clockId, customerId }: Cast): Promise<void> {
  await use(world, customerId, 'requests', '2026-09-09T08:00:00.000Z', { count: 850 });
  await advance(world, clockId, '2026-09-10T00:00:00.000Z');
  const checked = await check(world, customerId, 'requests');
  expectThat('850 of 1,000', [checked.allowed, checked.usage_percentage], [true, 85]);
  type Alerts = { data: readonly { data: { threshold: number; usage: string; limit: string } }[] };
  const path = `/events?customer_id=${customerId}&type=entitlement.threshold_reached`;
  const read = () => world.api.get<Alerts>(path);
  const { data } = await until('the alert', read, (page) => page.data.length > 0);
  expectThat('one alert', [data.length, data[0]?.data.threshold], [1, 80]);
  const text = `850 of 1,000 requests are used: the event entitlement.threshold_reached tells of 80 %.`;
  step(world, '2026-09-10', text);
}

async function limitRefused(world: World, { clockId, customerId }: Cast): Promise<void> {
  for (const hour of ['08', '09', '10']) await use(world, customerId, 'exports', `2026-09-11T${hour}:00:00.000Z`);
  await advance(world, clockId, '2026-09-12T00:00:00.000Z');
  const { allowed, reason, usage, limit, resets_at: resetsAt } = await check(world, customerId, 'exports');
  expectThat('a fourth export', [allowed, reason, usage, limit], [false, 'limit_reached', '3', '3']);
  expectThat('it begins anew', resetsAt, '2026-10-01T00:00:00.000Z');
  step(world, '2026-09-12', `May Bruno export a fourth time? allowed: ${allowed}, ${reason} (${usage}/${limit}).`);
}

async function overage(world: World, { clockId, customerId, subscriptionId }: Cast): Promise<InvoiceView> {
  await use(world, customerId, 'requests', '2026-09-20T08:00:00.000Z', { count: 400 });
  await advance(world, clockId, '2026-09-21T00:00:00.000Z');
  const { allowed, reason, usage } = await check(world, customerId, 'requests');
  expectThat('above 1,000', [allowed, reason, usage], [true, 'overage_billed', '1250']);
  step(world, '2026-09-21', `1,250 requests: allowed: ${allowed}, ${reason}.`);
  await advance(world, clockId, '2026-10-01T00:00:00.000Z');
  const invoice = await newestInvoice(world, subscriptionId);
  const amounts = (invoice.lines ?? []).map(({ amount }) => amount.amount);
  // October ahead, and 250 requests of September above the 1,000 that are included, at 0.02.
  expectThat('the fee and the overage', amounts, ['100.00', '5.00']);
  // 20 % of 105.00 are 21.00; 19 % of the 84.00 that are left are 15.96.
  expectThat('the second invoice', sums(invoice), ['105.00', '21.00', '15.96', '99.96']);
  expectThat('it is paid too', invoice.status, 'paid');
  step(world, '2026-10-01', `Renewed with the overage of September: ${invoice.number}:`);
  sayLines(world, invoice);
  sayTotal(world, invoice);
  return invoice;
}

interface CreditNote {
  readonly id: string;
  readonly number: string;
  readonly net: MoneyAnswer;
  readonly tax: MoneyAnswer;
  readonly gross: MoneyAnswer;
  readonly refunded: MoneyAnswer;
}

async function creditNote(world: World, { clockId }: Cast, invoice: InvoiceView): Promise<CreditNote> {
  await advance(world, clockId, '2026-10-02T00:00:00.000Z');
  const note = await world.api.post<CreditNote>(`/invoices/${invoice.id}/credit-notes`, {
    lines: [{ line_id: invoice.lines?.[0]?.id, amount: '10.00' }],
    basis: 'net',
    rest: 'refund',
    reason: 'Service outage',
  });
  // 10.00 and the 19 % that were charged on them.
  const parts = [note.net, note.tax, note.gross, note.refunded].map(({ amount }) => amount);
  expectThat('the credit note', parts, ['10.00', '1.90', '11.90', '11.90']);
  step(
    world,
    '2026-10-02',
    `An outage: ${note.number} credits ${show(note.net)} and ${note.tax.amount} VAT of ${invoice.number}; ${show(note.refunded)} go back to the card.`,
  );
  return note;
}

async function document(world: World, path: string, number: string): Promise<void> {
  const fetched = async () => Buffer.from((await world.api.download(path)).bytes);
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const first = await fetched();
  expectThat('it is a PDF', first.subarray(0, 4).toString('latin1'), '%PDF');
  expectThat('the same bytes again', digest(await fetched()), digest(first));
  step(world, '2026-10-02', `${number} as PDF: ${first.length} bytes, twice the same, sha-256 ${digest(first)}`);
}

async function books(world: World): Promise<void> {
  const of = await sayBooks(world);
  // 15.20 + 15.96 of the invoices less 1.90 of the credit note.
  expectThat('owed to the tax office', of('tax:DE'), '-29.26');
  // September is closed: 80.00 of its fee; and 4.00 of its overage (5.00 less 20 %).
  expectThat('earned', of('revenue:subscriptions'), '-84.00');
  // October: 80.00 less the 10.00 that were credited.
  expectThat('billed ahead', of('deferred:subscriptions'), '-70.00');
  expectThat('nothing is owed', of('receivable'), '0.00');
}

/** Plays the whole story, on a tenant of its own. @throws an AssertionError at the first step that is not as told. */
export async function playMeteredStory(world: World): Promise<void> {
  await openTheShop(world);
  const planId = await fillTheCatalogue(world);
  const cast = await couponAndVat(world, await addBruno(world), planId);
  await alert(world, cast);
  await limitRefused(world, cast);
  const invoice = await overage(world, cast);
  const note = await creditNote(world, cast, invoice);
  await document(world, `/invoices/${invoice.id}/pdf`, invoice.number);
  await document(world, `/credit-notes/${note.id}/pdf`, note.number);
  await books(world);
}
