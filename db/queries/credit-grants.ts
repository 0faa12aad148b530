/** Grants: written with their wallets; `used` and `removed` follow from the movements. */
import type { GrantOrigin, Rollover } from '../../domain/credits/grant';
import type { HeldGrant } from '../../domain/credits/wallet-payment';
import { money } from '../../domain/money';
import { plus } from '../../domain/pricing/exact';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { instantOrNull } from './row-values';

export interface StoredGrant extends HeldGrant {
  readonly walletId: string;
  readonly reason: string | null;
}

/** A grant as JSON: amounts as text, instants as epoch milliseconds. */
export const grantJson = (alias: string): string =>
  `json_build_object('id', ${alias}.id, 'key', ${alias}.key, 'origin', ${alias}.origin, 'amount', ${alias}.amount::text, 'used', ${alias}.used::text,
    'removed', ${alias}.removed::text, 'isEnded', ${alias}.is_ended, 'paid', ${alias}.paid::text, 'paidCurrency', ${alias}.paid_currency,
    'priority', ${alias}.priority, 'grantedAt', (extract(epoch from ${alias}.occurred_at) * 1000)::bigint,
    'effectiveAt', (extract(epoch from ${alias}.effective_at) * 1000)::bigint,
    'expiresAt', (extract(epoch from ${alias}.expires_at) * 1000)::bigint, 'rollover', ${alias}.rollover, 'rolled', ${alias}.rolled)`;

/** What `grantJson` gives. */
export interface GrantJson extends Omit<HeldGrant, 'paid'> {
  readonly paid: string | null;
  readonly paidCurrency: string | null;
}

/** Without the zeros that the database keeps behind the last digit. */
const plainOf = (amount: string): string => plus(amount, '0');

/** The grant of its JSON. */
export function grantOfJson({ paid, paidCurrency, ...grant }: GrantJson): HeldGrant {
  return {
    ...grant,
    amount: plainOf(grant.amount),
    used: plainOf(grant.used),
    removed: plainOf(grant.removed),
    paid: paid === null || paidCurrency === null ? null : money(paid, paidCurrency),
  };
}

interface Row {
  [column: string]: unknown;
  id: string;
  wallet_id: string;
  key: string;
  origin: GrantOrigin;
  amount: string;
  used: string;
  removed: string;
  is_ended: boolean;
  paid: string | null;
  paid_currency: string | null;
  priority: number;
  effective_at: Date;
  expires_at: Date | null;
  rollover: Rollover | null;
  rolled: StoredGrant['rolled'];
  reason: string | null;
  occurred_at: Date;
}

const columns = `id, wallet_id, key, origin, amount, used, removed, is_ended, paid, paid_currency, priority, effective_at, expires_at, rollover,
  rolled, reason, occurred_at`;

const fromRow = (row: Row): StoredGrant => ({
  id: row.id,
  walletId: row.wallet_id,
  key: row.key,
  origin: row.origin,
  amount: plainOf(row.amount),
  used: plainOf(row.used),
  removed: plainOf(row.removed),
  isEnded: row.is_ended,
  paid: row.paid === null || row.paid_currency === null ? null : money(row.paid, row.paid_currency),
  priority: row.priority,
  grantedAt: row.occurred_at.getTime(),
  effectiveAt: row.effective_at.getTime(),
  expiresAt: instantOrNull(row.expires_at),
  rollover: row.rollover,
  rolled: row.rolled,
  reason: row.reason,
});

const byId: Statement = {
  name: 'credit_grants_by_id',
  text: `select ${columns} from credit_grants where tenant_id = $1 and id = $2`,
};

/** A grant of a tenant, or null. */
export async function findGrant(db: Queryable, tenantId: string, id: string): Promise<StoredGrant | null> {
  const [row] = await db.query<Row>(byId, [tenantId, id]);
  return row === undefined ? null : fromRow(row);
}

const end: Statement = {
  name: 'credit_grants_end',
  text: 'update credit_grants set is_ended = true where tenant_id = $1 and id = any($2::text[])',
};

/** Marks grants whose expiry is recorded. */
export async function endGrants(db: Queryable, tenantId: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.query(end, [tenantId, ids]);
}

export const listGrants = pageReader<Row, StoredGrant>({
  name: 'credit_grants_page',
  select: columns,
  from: 'credit_grants',
  id: 'id',
  tenant: 'tenant_id',
  filters: { walletId: 'wallet_id', origin: 'origin' },
  fromRow,
});
