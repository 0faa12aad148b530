/** Coupons and their codes. Redemptions are counted by `redeem_coupon` alone. */
import type { CouponTerms } from '../../domain/discount/coupon';
import type { CouponCode } from '../../domain/discount/code';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export interface Coupon {
  readonly id: string;
  /** The tenant's own short name, which no other coupon in use has; null for a coupon made without one. */
  readonly key: string | null;
  readonly terms: CouponTerms;
  readonly redemptions: number;
  readonly archivedAt: Instant | null;
  readonly occurredAt: Instant;
}

export interface StoredCouponCode extends CouponCode {
  readonly id: string;
  readonly couponId: string;
  readonly redemptions: number;
  readonly occurredAt: Instant;
}

interface CouponRow {
  [column: string]: unknown;
  id: string;
  key: string | null;
  terms: CouponTerms;
  redemptions: number;
  archived_at: Date | null;
  occurred_at: Date;
}

interface CodeRow {
  [column: string]: unknown;
  id: string;
  coupon_id: string;
  code: string;
  redeem_by: Date | null;
  redemptions: number;
  redemptions_max: number | null;
  customer_id: string | null;
  occurred_at: Date;
}

// Counts are far below what a number holds exactly.
const couponColumns = 'id, key, terms, redemptions::double precision as redemptions, archived_at, occurred_at';
const codeColumns = `id, coupon_id, code, redeem_by, redemptions::double precision as redemptions,
  redemptions_max::double precision as redemptions_max, customer_id, occurred_at`;

const couponOf = (row: CouponRow): Coupon => ({
  id: row.id,
  key: row.key,
  terms: row.terms,
  redemptions: row.redemptions,
  archivedAt: instantOrNull(row.archived_at),
  occurredAt: row.occurred_at.getTime(),
});

const codeOf = (row: CodeRow): StoredCouponCode => ({
  id: row.id,
  couponId: row.coupon_id,
  code: row.code,
  redeem_by: row.redeem_by === null ? null : toIso(row.redeem_by.getTime()),
  redemptions: row.redemptions,
  redemptions_max: row.redemptions_max,
  customer_id: row.customer_id,
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'coupons_insert',
  text: `insert into coupons (id, tenant_id, terms, redemptions_max, occurred_at, key)
    values ($1, $2, $3::jsonb, ($3::jsonb->>'redemptions_max')::bigint, $4, $5) on conflict do nothing`,
};
const byId: Statement = {
  name: 'coupons_by_id',
  text: `select ${couponColumns} from coupons where tenant_id = $1 and id = $2`,
};
const archive: Statement = {
  name: 'coupons_archive',
  text: `update coupons set archived_at = coalesce(archived_at, $3) where tenant_id = $1 and id = $2`,
};
const insertCode: Statement = {
  name: 'coupon_codes_insert',
  text: `insert into coupon_codes (id, tenant_id, coupon_id, code, redeem_by, redemptions_max, customer_id, occurred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
};
const codeById: Statement = {
  name: 'coupon_codes_by_id',
  text: `select ${codeColumns} from coupon_codes where tenant_id = $1 and id = $2`,
};

/** Writes a coupon unless its id or its key is there already. */
export async function insertCoupon(
  db: Queryable,
  tenantId: string,
  { id, key, terms, occurredAt }: Pick<Coupon, 'id' | 'key' | 'terms' | 'occurredAt'>,
): Promise<void> {
  await db.query(insert, [id, tenantId, JSON.stringify(terms), toIso(occurredAt), key]);
}

/** A coupon of a tenant, or null. */
export async function findCoupon(db: Queryable, tenantId: string, id: string): Promise<Coupon | null> {
  return firstOf((await db.query<CouponRow>(byId, [tenantId, id])).map(couponOf));
}

/** Takes a coupon out of use; what is attached goes on. */
export async function archiveCoupon(db: Queryable, tenantId: string, id: string, at: Instant): Promise<void> {
  await db.query(archive, [tenantId, id, toIso(at)]);
}

/** Writes a code unless its id or the code itself is there already. */
export async function insertCouponCode(
  db: Queryable,
  tenantId: string,
  { id, couponId, code, redeem_by, redemptions_max, customer_id, occurredAt }: Omit<StoredCouponCode, 'redemptions'>,
): Promise<void> {
  const values = [id, tenantId, couponId, code, redeem_by, redemptions_max, customer_id, toIso(occurredAt)];
  await db.query(insertCode, values);
}

/** A code of a tenant by its id, or null. */
export async function findCouponCode(db: Queryable, tenantId: string, id: string): Promise<StoredCouponCode | null> {
  return firstOf((await db.query<CodeRow>(codeById, [tenantId, id])).map(codeOf));
}

export const listCoupons = pageReader<CouponRow, Coupon>({
  name: 'coupons_page',
  select: couponColumns,
  from: 'coupons',
  id: 'id',
  tenant: 'tenant_id',
  filters: { key: 'key' },
  fromRow: couponOf,
});

export const listCouponCodes = pageReader<CodeRow, StoredCouponCode>({
  name: 'coupon_codes_page',
  select: codeColumns,
  from: 'coupon_codes',
  id: 'id',
  tenant: 'tenant_id',
  filters: { couponId: 'coupon_id', code: 'code', customerId: 'customer_id' },
  fromRow: codeOf,
});
