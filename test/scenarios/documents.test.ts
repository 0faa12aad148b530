/** Invoices of a running engine as documents: numbered by their seller, dated by their zones, the same for ever. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { pdfAttachments, pdfPages } from '../support/pdf-text';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, perSeat, Scene } from '../support/scenario';
import { firstNumbers, makeSecondEntity, numbersOf, subscribeBoth } from '../support/two-entities';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

/** The text of a PDF; a blank is a blank. */
async function textOf(scene: Scene, subjectId: string, subjects = 'invoices'): Promise<string> {
  const { bytes } = await scene.api.download(`/${subjects}/${subjectId}/pdf`);
  const text = pdfPages(bytes).flat().join(' ');
  return text.replaceAll('\u00a0', ' ').replace(/ +/g, ' ');
}

test('two sellers number their invoices apart and without gaps, though all are finalized at the same instants', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const entityId = await makeSecondEntity(scene.api);
  const planId = await scene.plan([flat('49.00')]);
  await subscribeBoth(scene.api, { clockId: scene.clockId, planId, entityId, each: 5 });
  await scene.advance('2026-04-01');
  expect(await numbersOf(scene.api)).toEqual({ INV: firstNumbers('INV', 20), DE: firstNumbers('DE', 20) });
  await checkInvariants(scene);
});

test('31 Jan: an invoice shows its month to the last day in the customer’s zone; a change shows its share and what it gives back', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-31' });
  const address = { line1: 'Straße 1', city: 'Köln', postal_code: '50667', country: 'DE' };
  const entity = await makeSecondEntity(scene.api, { address, language: 'de', registration_number: 'HRB 1' });
  const customer = await scene.customer('pm_card_visa', { entity_id: entity, time_zone: 'UTC' });
  const subscription = await scene.subscribe(customer, await scene.plan([perSeat('10.00')]), { quantity: 3 });
  const [first] = await scene.invoices(subscription);
  const issued = await textOf(scene, first?.id ?? '');
  expect(issued).toContain('Rechnung');
  expect(issued).toContain('DE-000001');
  expect(issued).toContain('31. Januar 2026 – 27. Februar 2026');
  expect(issued).toContain('30,00 USD');

  await scene.advance('2026-02-14');
  await scene.command(subscription, 'change-quantity', { quantity: 5 });
  const changed = await textOf(scene, (await scene.newestInvoice(subscription)).id);
  expect(changed).toContain('Gutschrift zu einem Posten der Rechnung DE-000001');
  // 14 of 28 days, counted in seconds.
  expect(changed).toContain('1.209.600 / 2.419.200 Sekunden');
  expect(await textOf(scene, first?.id ?? '')).toBe(issued);
  await checkInvariants(scene);
});

test('a credit note is numbered by its seller, names its invoice, and leaves the invoice as it was issued', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const entity = await makeSecondEntity(scene.api);
  const customer = await scene.customer('pm_card_visa', { entity_id: entity });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  const invoice = await scene.newestInvoice(subscription);
  const body = { amount: '20.00', rest: 'balance', reason: 'service outage' };
  const note = await scene.api.post<{ id: string; number: string }>(`/invoices/${invoice.id}/credit-notes`, body);
  expect(note.number).toBe('DECN-000001');
  const text = await textOf(scene, note.id, 'credit-notes');
  expect(text).toContain('Corrects invoice DE-000001 of 1 January 2026');
  expect(text).toContain('Reason: service outage');
  expect(text).toContain('USD 20.00');
  expect(await textOf(scene, invoice.id)).toContain('Please pay USD 49.00 by 1 January 2026.');
  await checkInvariants(scene);
});

const registered = { country: 'DE', tax_number: 'DE136695976', from: '2015-01-01' };
const german = { seller: { country: 'DE', registrations: [registered], union_scheme: true } };

/** The text of the first element of a name. */
const first = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}(?: [^>]*)?>([^<]*)<`).exec(xml)?.[1];

test('a taxed invoice with a coupon has the same sums as its PDF and as its e-invoice, in all forms', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  await scene.api.patch('/tax-settings', german);
  const address = { line1: 'Straße 1', city: 'Köln', postal_code: '50667', country: 'DE' };
  const vat = [{ kind: 'vat', number: 'DE136695976' }];
  const entity = await makeSecondEntity(scene.api, { address, tax_numbers: vat, email: 'billing@kilima.example' });
  const customer = await scene.customer('pm_card_visa', { entity_id: entity, email: 'ada@acme.example' });
  const billing = { legal_name: 'Acme GmbH', language: 'de', address: { ...address, line1: 'Weg 2' } };
  await scene.api.patch(`/customers/${customer}/billing-details`, billing);
  const body = { name: 'Ten off', percent: '10', duration: 'forever' };
  const coupon = await scene.api.post<{ id: string }>('/coupons', body);
  const planId = await scene.plan([flat({ EUR: '100.00' })]);
  const subscription = await scene.subscribe(customer, planId, {
    currency: 'EUR',
    coupons: [{ coupon_id: coupon.id }],
  });
  const { id, total } = await scene.newestInvoice(subscription);
  expect(total.amount).toBe('107.10');

  const text = await textOf(scene, id);
  for (const sentence of [
    'Acme GmbH',
    'Weg 2',
    'Rabatt: Ten off',
    '−10,00 EUR',
    'Umsatzsteuer 19 % auf 90,00 EUR',
    '17,10 EUR',
    '107,10 EUR',
  ]) {
    expect(text).toContain(sentence);
  }
  const xml = async (format: string): Promise<Buffer> =>
    Buffer.from((await scene.api.download(`/invoices/${id}/xml?format=${format}`)).bytes);
  const ubl = (await xml('ubl')).toString('utf8');
  const names = ['cbc:LineExtensionAmount', 'cbc:TaxAmount', 'cbc:TaxInclusiveAmount', 'cbc:PayableAmount'];
  expect(names.map((name) => first(ubl, name))).toEqual(['90.00', '17.10', '107.10', '107.10']);
  const cii = (await xml('cii')).toString('utf8');
  expect(pdfAttachments(await xml('factur-x'))).toEqual([cii]);
});
