/**
 * Reads and writes one dispute together with the bookings of the money that it moved.
 */
import type { DisputeFacts, KnownDispute } from '../../domain/dispute';
import { amountWithdrawn } from '../../domain/dispute';
import { newId } from '../../domain/ids';
import { sum, type Money } from '../../domain/money';
import { assertBalanced, type Posting } from '../../domain/ledger';
import { toIso } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

export interface DisputeProgress {
  readonly paymentId: string;
  readonly rail: string;
  readonly paymentCurrency: string;
  /** Null when the dispute was not recorded yet. */
  readonly known: (KnownDispute & { readonly revision: number }) | null;
}

const loadStatement: Statement = {
  name: 'dispute_load',
  text: `
select p.id as payment_id, p.rail, p.currency, d.kind, d.status, d.evidence_due_at, d.movement_refs, d.revision
from payments p left join disputes d on d.payment_id = p.id and d.provider_ref = $3
where p.tenant_id = $1 and p.id = $2`,
};

/** Null when the payment does not exist. */
export async function loadDispute(
  db: Queryable,
  tenantId: string,
  paymentId: string,
  providerRef: string,
): Promise<DisputeProgress | null> {
  const [row] = await db.query(loadStatement, [tenantId, paymentId, providerRef]);
  if (row === undefined) return null;
  const { kind, status, revision } = row;
  const known = {
    kind,
    status,
    evidenceDueAt: row['evidence_due_at']?.getTime() ?? null,
    movementRefs: row['movement_refs'],
    revision,
  };
  return {
    paymentId: row['payment_id'],
    rail: row['rail'],
    paymentCurrency: row['currency'],
    known: revision === null ? null : known,
  };
}

// Business time is the customer's clock. A new row expects none; a known one the revision that was read.
const saveStatement: Statement = {
  name: 'dispute_save',
  text: `
with facts as (
  select p.id as payment_id, p.rail, p.customer_id, p.subscription_id, p.invoice_id, coalesce(k.now, now()) as at
  from payments p join customers c on c.id = p.customer_id left join test_clocks k on k.id = c.test_clock_id
  where p.tenant_id = $1 and p.id = $2
), dispute_in as (
  select * from jsonb_to_record($3) as d(id text, provider_ref text, kind text, status text, reason text, amount numeric, currency text,
    amount_withdrawn numeric, fee numeric, fee_currency text, evidence_due_at timestamptz, movement_refs text[], expected_revision integer)
), dispute_out as (
  insert into disputes as d (id, tenant_id, payment_id, rail, provider_ref, kind, status, reason, amount, currency, amount_withdrawn, fee,
    fee_currency, evidence_due_at, movement_refs, revision, occurred_at)
  select n.id, $1, f.payment_id, f.rail, n.provider_ref, n.kind, n.status, n.reason, n.amount, n.currency, n.amount_withdrawn, n.fee,
    n.fee_currency, n.evidence_due_at, n.movement_refs, coalesce(n.expected_revision, 0) + 1, f.at
  from dispute_in n, facts f
  on conflict (rail, provider_ref) do update set kind = excluded.kind, status = excluded.status, reason = excluded.reason,
    amount = excluded.amount, amount_withdrawn = excluded.amount_withdrawn, fee = excluded.fee, fee_currency = excluded.fee_currency,
    evidence_due_at = excluded.evidence_due_at, movement_refs = excluded.movement_refs, revision = excluded.revision
  where d.revision = (select expected_revision from dispute_in)
  returning d.id
), entry_out as (
  insert into ledger_entries (id, tenant_id, kind, source, occurred_at)
  select e.id, $1, e.kind, e.source, f.at from jsonb_to_recordset($4) as e(id text, kind text, source text), facts f
), postings_out as (
  insert into ledger_postings (entry_id, position, tenant_id, account, currency, amount)
  select entry_id, position, $1, account, currency, amount
  from jsonb_to_recordset($5) as p(entry_id text, position integer, account text, currency text, amount numeric)
), events_out as (
  insert into events (id, tenant_id, type, customer_id, subscription_id, invoice_id, data, occurred_at)
  select e.id, $1, e.type, f.customer_id, f.subscription_id, f.invoice_id, e.data, f.at
  from jsonb_to_recordset($6) as e(id text, type text, data jsonb), facts f
)
select insist((select count(*) from dispute_out), 1, 'the dispute moved meanwhile')`,
};

export interface DisputeChange {
  readonly id: string;
  readonly providerRef: string;
  readonly facts: DisputeFacts;
  readonly entries: readonly {
    readonly kind: string;
    readonly source: string;
    readonly postings: readonly Posting[];
  }[];
  readonly events: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[];
}

/** All fees of one dispute are charged in the currency in which the provider settles. */
function totalFee({ movements, amount }: DisputeFacts): Money {
  const fees = movements.map(({ fee }) => fee);
  return sum(fees, fees[0]?.currency ?? amount.currency);
}

function disputeRow({ id, providerRef, facts }: DisputeChange, expectedRevision: number | null) {
  const fee = totalFee(facts);
  return {
    id,
    provider_ref: providerRef,
    kind: facts.kind,
    status: facts.status,
    reason: facts.reason,
    amount: facts.amount.amount,
    currency: facts.amount.currency,
    amount_withdrawn: amountWithdrawn(facts).amount,
    fee: fee.amount,
    fee_currency: fee.currency,
    evidence_due_at: facts.evidenceDueAt === null ? null : toIso(facts.evidenceDueAt),
    movement_refs: facts.movements.map(({ ref }) => ref),
    expected_revision: expectedRevision,
  };
}

/**
 * Writes how a dispute stands, with its bookings and events, in one transaction.
 * @throws `serialization_failure` (40001) when it was written since it was loaded, `unique_violation` (23505) for a booking that stands.
 */
export async function saveDispute(
  db: Queryable,
  tenantId: string,
  progress: DisputeProgress,
  change: DisputeChange,
): Promise<void> {
  const entries = change.entries.map((entry) => ({ id: newId('le'), ...entry }));
  for (const entry of entries) assertBalanced(entry.postings);
  const postings = entries.flatMap((entry) =>
    entry.postings.map(({ account, amount }, position) => ({ entry_id: entry.id, position, account, ...amount })),
  );
  await db.query(saveStatement, [
    tenantId,
    progress.paymentId,
    JSON.stringify(disputeRow(change, progress.known?.revision ?? null)),
    JSON.stringify(entries.map(({ id, kind, source }) => ({ id, kind, source }))),
    JSON.stringify(postings),
    JSON.stringify(change.events.map((event) => ({ id: newId('evt'), ...event }))),
  ]);
}
