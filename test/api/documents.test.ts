/** Seller entities and the documents of invoices over HTTP. */
import { Client } from 'pg';
import { openTestApi, type TestApi, type Wire } from '../support/api';
import { pdfPages } from '../support/pdf-text';

let api: TestApi;
let admin: Client;

beforeAll(async () => {
  api = await openTestApi();
  admin = new Client({ connectionString: api.testDatabase.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await api.close();
});

const address = { line1: 'Straße 1', city: 'Köln', postal_code: '50667', country: 'DE' };
let series = 0;
const nextSeries = () => ({ invoice_series: `S${++series}`, credit_note_series: `S${series}C` });

async function made(path: string, body: object): Promise<Wire> {
  const answer = await api.send('POST', path, { body });
  expect(answer.body).toMatchObject({ id: expect.any(String) });
  return answer.body;
}

const newEntity = (overrides: object = {}) =>
  made('/entities', {
    legal_name: 'Kilima GmbH',
    address,
    tax_numbers: [{ kind: 'vat', number: 'DE136695976' }],
    language: 'de',
    ...nextSeries(),
    ...overrides,
  });

let sequence = 0;

/** An issued invoice as the engine writes it; only the documents are looked at here, so it has no subscription. */
async function issueInvoice(customerId: string, entityId: string | null): Promise<string> {
  const id = `inv_${String(++sequence).padStart(26, '0')}`;
  const explanation = {
    pricing: { steps: [{ quantity: '1', unitAmount: '49.00' }] },
    ratio: null,
    text: '49.00 EUR flat',
  };
  await admin.query('begin');
  // Rows that the invoice refers to are not looked at.
  await admin.query('set local session_replication_role = replica');
  await admin.query(
    `insert into invoices (id, tenant_id, customer_id, subscription_id, business_key, status, entity_id, series, sequence, currency, total,
       balance_applied, carried_over, amount_due, period_start, period_end, due_at, occurred_at)
     values ($1, $2, $3, 'sub_none', $1, 'open', $4, 'TEST', $5, 'EUR', 49.00, 0, 0, 49.00, '2026-06-01', '2026-07-01', '2026-06-01', '2026-06-01')`,
    [id, api.tenant.id, customerId, entityId, sequence],
  );
  await admin.query(
    `insert into invoice_lines (id, tenant_id, invoice_id, subscription_id, position, kind, description, price_id, stream, quantity, amount,
       currency, period_start, period_end, explanation)
     values ('il_' || $1, $2, $1, 'sub_none', 0, 'recurring', 'Pro, monthly', 'price_none', 'subscriptions', 1, 49.00, 'EUR', '2026-06-01', '2026-07-01', $3)`,
    [id, api.tenant.id, JSON.stringify(explanation)],
  );
  await admin.query('commit');
  return id;
}

async function fetchFile(path: string): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
  const response = await api.app.request(`/api/v1${path}`, { headers: { authorization: `Bearer ${api.tenant.key}` } });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

const textOf = (bytes: Uint8Array): string => pdfPages(bytes).flat().join(' ');

describe('seller entities', () => {
  test('each tenant has one from the start, with its name and its series', async () => {
    const { body } = await api.send('GET', '/entities');
    const standing = body.data.filter((entity: Wire) => entity.is_default);
    expect(standing).toHaveLength(1);
    expect(standing[0]).toMatchObject({ legal_name: 'Tenant test', invoice_series: 'INV', credit_note_series: 'CN' });
  });

  test('an entity is made, read, changed and listed', async () => {
    const entity = await newEntity();
    expect(entity).toMatchObject({ is_default: false, language: 'de', address: { country: 'DE', line2: null } });
    const { body } = await api.send('PATCH', `/entities/${entity.id}`, { body: { footer: 'Danke', address: null } });
    expect(body).toMatchObject({ footer: 'Danke', address: null, legal_name: 'Kilima GmbH' });
    expect((await api.send('GET', `/entities/${entity.id}`)).body).toEqual(body);
  });

  test('a prefix belongs to one entity and one kind of document', async () => {
    const { invoice_series: taken } = await newEntity();
    for (const wish of [
      { invoice_series: taken, credit_note_series: 'FREE' },
      { invoice_series: 'FREE', credit_note_series: taken },
      { invoice_series: 'CN', credit_note_series: 'FREE' },
    ]) {
      const { status, body } = await api.send('POST', '/entities', { body: { legal_name: 'Other', ...wish } });
      expect([status, body.code, body.errors[0]?.field]).toEqual([422, 'validation_failed', 'invoice_series']);
    }
  });

  test('series never change, by the API or by hand', async () => {
    const entity = await newEntity();
    const { status } = await api.send('PATCH', `/entities/${entity.id}`, { body: { invoice_series: 'NEW' } });
    expect(status).toBe(422);
    await expect(admin.query(`update entities set invoice_series = 'NEW' where id = $1`, [entity.id])).rejects.toThrow(
      /append-only/,
    );
  });

  test.each([
    ['legal_name', { legal_name: '' }],
    ['address.country', { address: { country: 'Germany' } }],
    ['bank_details.iban', { bank_details: { iban: 'DE89370400440532013001' } }],
    ['bank_details.bic', { bank_details: { bic: 'nobic' } }],
    ['language', { language: 'tlh' }],
    ['accent_color', { accent_color: 'blue' }],
    ['footer', { footer: 'a\nb\nc\nd\ne' }],
    ['tax_numbers.0.kind', { tax_numbers: [{ kind: 'gst', number: '1' }] }],
    ['logo.content', { logo: { content: Buffer.from('GIF89a').toString('base64') } }],
    ['invoice_series', { invoice_series: 'in-voice' }],
    ['colour', { colour: '#ffffff' }],
  ])('a wrong %s is refused by its name', async (field, wrong) => {
    const { status, body } = await api.send('POST', '/entities', {
      body: { legal_name: 'Kilima', ...nextSeries(), ...wrong },
    });
    expect([status, body.errors.map((error: Wire) => error.field)]).toEqual([422, [field]]);
  });

  test('a customer names one of the tenant’s own entities', async () => {
    const entity = await newEntity();
    const customer = await made('/customers', { name: 'Ada', entity_id: entity.id });
    expect(customer.entity_id).toBe(entity.id);
    const wrong = await api.send('POST', '/customers', {
      body: { name: 'Ada', entity_id: 'ent_00000000000000000000000000' },
    });
    expect([wrong.status, wrong.body.errors]).toEqual([
      422,
      [{ field: 'entity_id', reason: 'is not a seller entity of this tenant' }],
    ]);
    const back = await api.send('PATCH', `/customers/${customer.id}`, { body: { entity_id: null } });
    expect(back.body.entity_id).toBeNull();
  });
});

describe('documents', () => {
  test('an invoice is a PDF in the language of its seller, with the hash of its bytes', async () => {
    const entity = await newEntity();
    const customer = await made('/customers', { name: 'Ada Lovelace', entity_id: entity.id });
    const invoice = await issueInvoice(customer.id, entity.id);
    const { status, headers, bytes } = await fetchFile(`/invoices/${invoice}/pdf`);
    expect([status, headers.get('content-type'), headers.get('content-language')]).toEqual([
      200,
      'application/pdf',
      'de',
    ]);
    const { rows } = await admin.query(`select encode(sha256($1), 'hex') as hash`, [bytes]);
    expect(headers.get('etag')).toBe(`"${rows[0]?.hash}"`);
    expect(textOf(bytes)).toMatch(/Rechnung.*Kilima GmbH|Kilima GmbH.*Rechnung/s);
    expect(textOf(bytes)).toContain('Ada Lovelace');
  });

  test('it says what was true when it was issued, however late it is first asked for', async () => {
    const entity = await newEntity({ legal_name: 'Old Name GmbH' });
    const customer = await made('/customers', { name: 'Old Customer', entity_id: entity.id });
    const [asked, later] = [await issueInvoice(customer.id, entity.id), await issueInvoice(customer.id, entity.id)];
    const before = await fetchFile(`/invoices/${asked}/pdf`);
    await api.send('PATCH', `/entities/${entity.id}`, { body: { legal_name: 'New Name GmbH' } });
    await api.send('PATCH', `/customers/${customer.id}`, { body: { name: 'New Customer' } });
    const after = await issueInvoice(customer.id, entity.id);
    expect((await fetchFile(`/invoices/${asked}/pdf`)).bytes.equals(before.bytes)).toBe(true);
    const lateText = textOf((await fetchFile(`/invoices/${later}/pdf`)).bytes);
    expect([lateText.includes('Old Name GmbH'), lateText.includes('Old Customer')]).toEqual([true, true]);
    const newText = textOf((await fetchFile(`/invoices/${after}/pdf`)).bytes);
    expect([newText.includes('New Name GmbH'), newText.includes('New Customer')]).toEqual([true, true]);
  });

  test('many who ask at once for the first time get the same bytes, and one document is kept', async () => {
    const customer = await made('/customers', { name: 'Ada' });
    const invoice = await issueInvoice(customer.id, null);
    const files = await Promise.all(Array.from({ length: 5 }, () => fetchFile(`/invoices/${invoice}/pdf`)));
    expect(new Set(files.map(({ headers }) => headers.get('etag'))).size).toBe(1);
    const { rows } = await admin.query('select id from documents where subject_id = $1', [invoice]);
    expect(rows).toHaveLength(1);
  });

  test('a document that is kept can be neither changed nor removed', async () => {
    await expect(admin.query(`update documents set renderer = 'other'`)).rejects.toThrow(/append-only/);
    await expect(admin.query('delete from documents')).rejects.toThrow(/append-only/);
  });

  test('an e-invoice that lacks something names the fields; the PDF can be had', async () => {
    const customer = await made('/customers', { name: 'Ada' });
    const invoice = await issueInvoice(customer.id, null);
    const { status, body } = await api.send('GET', `/invoices/${invoice}/xml?format=ubl`);
    expect([status, body.code, body.errors.map((error: Wire) => error.field)]).toEqual([
      409,
      'e_invoice_incomplete',
      ['entity.email', 'customer.email', 'entity.address.country', 'customer.billing.address.country'],
    ]);
    expect((await fetchFile(`/invoices/${invoice}/pdf`)).status).toBe(200);
  });

  test('an unknown format, an unknown invoice and one of another tenant are refused', async () => {
    const customer = await made('/customers', { name: 'Ada' });
    const invoice = await issueInvoice(customer.id, null);
    expect((await api.send('GET', `/invoices/${invoice}/xml?format=docx`)).status).toBe(422);
    expect((await api.send('GET', '/invoices/inv_none/pdf')).status).toBe(404);
    await fetchFile(`/invoices/${invoice}/pdf`);
    const other = await api.newTenant();
    expect((await api.send('GET', `/invoices/${invoice}/pdf`, { key: other.key })).status).toBe(404);
  });
});
