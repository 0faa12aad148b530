/**
 * Ids of things, of workflows and of calls to providers. Ids of things are TypeIDs (TypeID 0.3: prefix, underscore, a UUID in base32).
 * Workflow ids and idempotency keys are built from business facts alone, so that every retry, by whomever, names the same thing.
 */
import { TypeID, typeid } from 'typeid-js';
import { fail } from './errors';
import { sha256 } from './sha256';

/** Every prefix and what it names. A prefix is never reused. */
export const prefixes = {
  ten: 'tenant',
  key: 'API key',
  usr: 'operator',
  cus: 'customer',
  pm: 'payment method',
  prod: 'product',
  plan: 'plan',
  price: 'price',
  mig: 'plan migration',
  cpn: 'coupon',
  cpc: 'coupon code',
  ca: 'attached coupon',
  txr: 'tax rate',
  tnc: 'tax number check',
  meter: 'meter',
  ue: 'usage event',
  feat: 'feature',
  rsv: 'reservation',
  sub: 'subscription',
  si: 'subscription item',
  inv: 'invoice',
  il: 'invoice line',
  ent: 'seller entity',
  doc: 'document',
  cn: 'credit note',
  cnl: 'credit note line',
  wal: 'wallet',
  cg: 'grant',
  wm: 'wallet movement',
  tu: 'top-up',
  pay: 'payment',
  att: 'payment attempt',
  re: 'refund',
  dp: 'dispute',
  po: 'payout',
  acct: 'ledger account',
  rc: 'revenue close',
  le: 'ledger entry',
  pst: 'posting',
  stl: 'settlement',
  leg: 'leg',
  dep: 'deposit',
  tx: 'chain transaction',
  trf: 'transfer',
  qt: 'quote',
  fee: 'fee schedule',
  strm: 'revenue stream',
  tgt: 'target',
  clock: 'test clock',
  evt: 'event',
  whe: 'webhook endpoint',
  whd: 'webhook delivery',
  ntc: 'notice',
  lnk: 'link',
  aud: 'audit entry',
  req: 'request',
} as const satisfies Record<string, string>;

export type Prefix = keyof typeof prefixes;

/** An id whose prefix the compiler knows; it is a string everywhere else. */
export type Id<P extends Prefix = Prefix> = `${P}_${string}`;

/** 128 bits in base32: 26 characters of which the first holds 3 bits. */
const suffixPattern = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A fresh id, ascending in time (UUIDv7). It reads clock and randomness: only for the edges, never in domain logic or workflows. */
export function newId<P extends Prefix>(prefix: P): Id<P> {
  return typeid(prefix).toString() as Id<P>;
}

/**
 * The id of a given UUID: a retry that kept the UUID makes the same id.
 * @throws PerennialError `invalid_id` when the text is no UUID.
 */
export function idFromSeed<P extends Prefix>(prefix: P, uuid: string): Id<P> {
  if (!uuidPattern.test(uuid)) fail('invalid_id', { value: uuid, prefix });
  return TypeID.fromUUID(prefix, uuid.toLowerCase()).toString() as Id<P>;
}

/**
 * The id that follows from facts, always the same for the same facts: a UUIDv8 of their SHA-256 (RFC 9562 §5.8, appendix B.2). The facts
 * are framed as JSON, so ('ab', 'c') and ('a', 'bc') differ, and the prefix takes part. Pure; workflow code may call it.
 */
export function idFromFacts<P extends Prefix>(prefix: P, ...facts: readonly string[]): Id<P> {
  const bytes = sha256(JSON.stringify([prefix, ...facts])).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80; // version 8
  bytes[8] = (bytes[8]! & 0x3f) | 0x80; // the variant of RFC 9562
  return TypeID.fromUUIDBytes(prefix, bytes).toString() as Id<P>;
}

/** True for a well-formed id of that kind. It does not tell whether the thing exists. */
export function isId<P extends Prefix>(prefix: P, value: unknown): value is Id<P> {
  return (
    typeof value === 'string' && value.startsWith(`${prefix}_`) && suffixPattern.test(value.slice(prefix.length + 1))
  );
}

/** @throws PerennialError `invalid_id`. */
export function assertIsId<P extends Prefix>(prefix: P, value: unknown): asserts value is Id<P> {
  if (!isId(prefix, value)) fail('invalid_id', { value: String(value).slice(0, 100), prefix });
}

/** The kind that an id says it is of, or null when it is not well formed. */
export function prefixOf(value: string): Prefix | null {
  const prefix = value.slice(0, value.lastIndexOf('_'));
  return Object.hasOwn(prefixes, prefix) && isId(prefix as Prefix, value) ? (prefix as Prefix) : null;
}

/** The entity workflow of a subscription. */
export function subscriptionWorkflowId(tenantId: string, subscriptionId: string): string {
  return `sub/${tenantId}/${subscriptionId}`;
}

/** The workflow that carries a refund to its end. */
export function refundWorkflowId(tenantId: string, refundId: string): string {
  return `refund/${tenantId}/${refundId}`;
}

/** The workflow that follows a dispute; the provider names it before we do. */
export function disputeWorkflowId(tenantId: string, providerRef: string): string {
  return `dispute/${tenantId}/${providerRef}`;
}

/** The workflow that carries a top-up to its end. */
export function topUpWorkflowId(tenantId: string, topUpId: string): string {
  return `topup/${tenantId}/${topUpId}`;
}

/** The workflow that moves chosen subscriptions to another version or plan. */
export function planMigrationWorkflowId(tenantId: string, migrationId: string): string {
  return `migrate/${tenantId}/${migrationId}`;
}

/** The command by which a migration changes a subscription: the same for every try. */
export function migrationCommandId(migrationId: string, subscriptionId: string): string {
  return `migrate:${migrationId}:${subscriptionId}`;
}

/** The workflow that advances a test clock. */
export function testClockWorkflowId(tenantId: string, clockId: string): string {
  return `clock/${tenantId}/${clockId}`;
}

/** The saga of one cross-chain fee settlement. */
export function settlementWorkflowId(tenantId: string, settlementId: string): string {
  return `settle/${tenantId}/${settlementId}`;
}

/** The watcher of a chain. The queue takes part: two engines on one Temporal namespace do not meet. */
export function watcherWorkflowId(taskQueue: string, chain: string): string {
  return `watch/${taskQueue}/${chain}`;
}

/** Making the provider's payment of an invoice; the version rises when the old payment was canceled for a new amount. */
export function createPaymentKey(invoiceId: string, version: number): string {
  return `inv:${invoiceId}:create:v${version}`;
}

/** Confirming the payment the n-th time (from 1). Not the attempt number of an activity: that one restarts with the process. */
export function attemptKey(invoiceId: string, attempt: number): string {
  return `inv:${invoiceId}:attempt:${attempt}`;
}

/** Canceling the provider's payment of an invoice, per version. */
export function cancelPaymentKey(invoiceId: string, version: number): string {
  return `inv:${invoiceId}:cancel:v${version}`;
}

/** Sending a refund to the provider. */
export function refundKey(refundId: string): string {
  return `re:${refundId}:create`;
}

/** Making the provider's record of a customer. */
export function customerKey(customerId: string): string {
  return `cus:${customerId}:create`;
}

/** Attaching a payment method to the provider's customer. */
export function attachKey(paymentMethodId: string): string {
  return `pm:${paymentMethodId}:attach`;
}
