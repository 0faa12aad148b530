/** The database keeps to one try of a card at a time, also in the instant in which the try before ends. */
import { Client } from 'pg';
import { openDatabase, type Database } from '../../db/pool';
import { isConflict, isMethodBusy } from '../../db/errors';
import { record, type PaymentRow } from '../../db/transactions/record';
import { waitFor } from '../../dev/stack/wait';
import { newId } from '../../domain/ids';
import { money } from '../../domain/money';
import { createTestDatabase, type TestDatabase } from '../support/database';

const tenantId = 'ten_a';
const now = Date.UTC(2026, 1, 1);

let testDatabase: TestDatabase;
let admin: Client;
let database: Database;
beforeEach(async () => {
  testDatabase = await createTestDatabase();
  admin = new Client({ connectionString: testDatabase.adminUrl });
  await admin.connect();
  // Payments alone: what they refer to is beside the point here.
  await admin.query('alter table payments disable trigger all; alter table payment_attempts disable trigger all');
  database = openDatabase({ url: testDatabase.url, poolSizeMax: 2, onError: () => undefined });
});
afterEach(async () => {
  await admin.end();
  await database.close();
  await testDatabase.drop();
});

/** Begins the first try of an invoice of its own, with a payment method of its own, of one card. */
function begin(methodId: string, fingerprint: string): Promise<unknown> {
  const row: PaymentRow = {
    id: newId('pay'),
    invoiceId: newId('inv'),
    subscriptionId: newId('sub'),
    customerId: newId('cus'),
    rail: 'stripe',
    providerRef: `pi_${methodId}`,
    status: 'created',
    amount: money('49.00', 'USD'),
    attempts: 0,
    attemptBegun: { number: 1, methodId, fingerprint, customerPresent: false, at: now },
    lastChargeRef: null,
    nextActionUrl: null,
    balanceTransactionRef: null,
    fee: null,
  };
  return record(database.as(tenantId), {
    tenantId,
    now,
    subscription: null,
    payment: { row, expectedAttempts: 0, expectedBegun: null },
    declines: { fingerprint, seen: 0 },
  });
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

test('two payment methods of one card are not tried side by side; those of two cards are', async () => {
  await begin('pm_1', 'card 1');
  expect(isMethodBusy(await failure(begin('pm_2', 'card 1')))).toBe(true);
  expect(await failure(begin('pm_3', 'card 2'))).toBeNull();
});

test('who waited for the decline of the card to be written counts it, and reads again', async () => {
  await begin('pm_1', 'card 1');
  await admin.query('begin');
  await admin.query(`insert into payment_attempts (payment_id, number, tenant_id, fingerprint, outcome, customer_present, occurred_at)
    select id, 1, tenant_id, attempt_fingerprint, 'declined', false, attempt_begun_at from payments`);
  await admin.query('update payments set attempt_begun = null');
  const second = failure(begin('pm_2', 'card 1'));
  await waitFor('The second try waits for the first', async () => {
    const { rows } = await admin.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length === 1;
  });
  await admin.query('commit');
  expect(isConflict(await second)).toBe(true);
});
