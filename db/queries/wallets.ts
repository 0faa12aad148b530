/** Wallets: what customers hold in advance. Their grants stand in a table of their own. */
import type { Denomination } from '../../domain/credits/denomination';
import type { TopUpRules } from '../../domain/credits/top-up';
import type { HeldGrant } from '../../domain/credits/wallet-payment';
import type { Queryable, Statement } from '../pool';
import { grantJson, grantOfJson, type GrantJson } from './credit-grants';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface StoredWallet {
  readonly id: string;
  readonly tenantId: string;
  readonly customerId: string;
  readonly name: string;
  readonly denomination: Denomination;
  /** The meter whose usage its units pay; null: they are used through the API alone. */
  readonly meterId: string | null;
  /** What earns when bought units are used. */
  readonly stream: string;
  readonly rules: TopUpRules;
  /** What automatic top-ups are paid with. */
  readonly payCurrency: string;
  readonly automatic: { readonly begun: number; readonly isHalted: boolean; readonly isInFlight: boolean };
  readonly version: number;
  /** Those whose end is not recorded and that are not used up. */
  readonly grants: readonly HeldGrant[];
  /** The customer's test clock and zone; null in real time, and where the customer has none. */
  readonly clockNow: number | null;
  readonly timeZone: string;
  readonly occurredAt: number;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  customer_id: string;
  name: string;
  currency: string | null;
  unit: string | null;
  meter_id: string | null;
  stream: string;
  rules: TopUpRules;
  pay_currency: string | null;
  automatic_begun: number;
  automatic_halted: boolean;
  in_flight: boolean;
  version: number;
  grants: GrantJson[] | null;
  clock_now: Date | null;
  time_zone: string;
  occurred_at: Date;
}

const columns = `w.id, w.tenant_id, w.customer_id, w.name, w.currency, w.unit, w.meter_id, w.stream, w.rules, w.pay_currency, w.automatic_begun,
  w.automatic_halted, w.version, w.occurred_at, k.now as clock_now, coalesce(c.time_zone, t.time_zone) as time_zone,
  exists (select from wallet_top_ups u where u.wallet_id = w.id and u.automatic and u.status in ('requested', 'pending')) as in_flight,
  (select json_agg(${grantJson('g')}) from credit_grants g where g.wallet_id = w.id and not g.is_ended
    and (g.used + g.removed < g.amount or g.rollover is not null)) as grants`;
const tables = `wallets w join customers c on c.id = w.customer_id join tenants t on t.id = w.tenant_id
  left join test_clocks k on k.id = c.test_clock_id`;

const denominationOf = ({ currency, unit }: Row): Denomination =>
  currency === null ? { kind: 'unit', unit: unit ?? '' } : { kind: 'currency', currency };

const fromRow = (row: Row): StoredWallet => ({
  id: row.id,
  tenantId: row.tenant_id,
  customerId: row.customer_id,
  name: row.name,
  denomination: denominationOf(row),
  meterId: row.meter_id,
  stream: row.stream,
  rules: row.rules,
  payCurrency: row.currency ?? row.pay_currency ?? '',
  automatic: { begun: row.automatic_begun, isHalted: row.automatic_halted, isInFlight: row.in_flight },
  version: row.version,
  grants: (row.grants ?? []).map(grantOfJson),
  clockNow: row.clock_now === null ? null : row.clock_now.getTime(),
  timeZone: row.time_zone,
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'wallets_insert',
  text: `insert into wallets (id, tenant_id, customer_id, name, currency, unit, stream, rules, pay_currency, automatic_due, occurred_at, meter_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, jsonb_typeof($8::jsonb->'automatic') = 'object', $10, $11) on conflict do nothing`,
};
const byId: Statement = {
  name: 'wallets_by_id',
  text: `select ${columns} from ${tables} where w.tenant_id = $1 and w.id = $2`,
};
const lock: Statement = {
  name: 'wallets_lock',
  text: 'select id from wallets where tenant_id = $1 and id = $2 for update',
};
const update: Statement = {
  name: 'wallets_update',
  text: `update wallets set name = $3, rules = $4, pay_currency = $5, version = version + 1, automatic_halted = false,
      automatic_due = jsonb_typeof($4::jsonb->'automatic') = 'object'
    where tenant_id = $1 and id = $2`,
};
const free: Statement = {
  name: 'wallets_free',
  text: `update wallets set automatic_halted = false, automatic_due = true
    where tenant_id = $1 and customer_id = $2 and automatic_halted`,
};

const halt: Statement = {
  name: 'wallets_halt',
  text: 'update wallets set automatic_halted = true where tenant_id = $1 and id = $2',
};
const begin: Statement = {
  name: 'wallets_begin',
  text: `update wallets set automatic_due = false, automatic_begun = greatest(automatic_begun, $3) where tenant_id = $1 and id = $2`,
};

export type NewWallet = Pick<
  StoredWallet,
  'id' | 'tenantId' | 'customerId' | 'name' | 'denomination' | 'meterId' | 'stream' | 'rules' | 'occurredAt'
> & { readonly payCurrency: string | null };

/** Writes a wallet unless the customer has one of the denomination. */
export async function insertWallet(db: Queryable, wallet: NewWallet): Promise<void> {
  const { id, tenantId, customerId, name, denomination, meterId, stream, rules, payCurrency, occurredAt } = wallet;
  const currency = denomination.kind === 'currency' ? denomination.currency : null;
  const unit = denomination.kind === 'unit' ? denomination.unit : null;
  const at = new Date(occurredAt);
  await db.query(insert, [
    id,
    tenantId,
    customerId,
    name,
    currency,
    unit,
    stream,
    JSON.stringify(rules),
    payCurrency,
    at,
    meterId,
  ]);
}

/** A wallet of a tenant, or null. */
export async function findWallet(db: Queryable, tenantId: string, id: string): Promise<StoredWallet | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

/** A wallet that nobody else changes until the transaction ends, or null. */
export async function lockWallet(db: Queryable, tenantId: string, id: string): Promise<StoredWallet | null> {
  await db.query(lock, [tenantId, id]);
  return findWallet(db, tenantId, id);
}

/** Writes name and rules. Whoever changes them has acted: automatic top-ups may begin again. */
export async function updateWallet(db: Queryable, wallet: StoredWallet): Promise<void> {
  const { tenantId, id, name, rules, payCurrency } = wallet;
  await db.query(update, [tenantId, id, name, JSON.stringify(rules), payCurrency === '' ? null : payCurrency]);
}

/** The customer acted, as with a new payment method: automatic top-ups that a failure stopped may begin again. */
export async function freeAutomaticTopUps(db: Queryable, tenantId: string, customerId: string): Promise<void> {
  await db.query(free, [tenantId, customerId]);
}

/** An automatic top-up failed: none begins until the customer acts. */
export async function haltAutomaticTopUps(db: Queryable, tenantId: string, walletId: string): Promise<void> {
  await db.query(halt, [tenantId, walletId]);
}

/** Somebody has looked whether an automatic top-up is to begin. @param begun how many began so far */
export async function noteAutomaticTopUps(
  db: Queryable,
  wallet: Pick<StoredWallet, 'tenantId' | 'id'>,
  begun: number,
): Promise<void> {
  await db.query(begin, [wallet.tenantId, wallet.id, begun]);
}

export const listWallets = pageReader<Row, StoredWallet>({
  name: 'wallets_page',
  select: columns,
  from: tables,
  id: 'w.id',
  tenant: 'w.tenant_id',
  filters: { customerId: 'w.customer_id', currency: 'w.currency', unit: 'w.unit' },
  fromRow,
});
