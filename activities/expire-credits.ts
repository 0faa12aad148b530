/** Ends what has expired in a wallet: what was paid for it is earned, what rolls over goes on in a grant of its own. */
import type { Queryable } from '../db/pool';
import { openAccounts } from '../db/transactions/ensure-accounts';
import { record } from '../db/transactions/record';
import type { GrantRow, MovementRow } from '../db/transactions/record-credits';
import { endGrants, insertEvents, lockWallet, type StoredWallet } from '../db/transactions/wallet-books';
import type { DueWallet } from '../db/transactions/wallet-progress';
import { expireGrants, type Expiries, type GrantExpiry } from '../domain/credits/expire';
import { expiryPostings, walletStreams } from '../domain/credits/postings';
import { fail } from '../domain/errors';
import { newId } from '../domain/ids';
import { minus } from '../domain/pricing/exact';
import type { Instant } from '../domain/time';
import type { ActivityDependencies } from './dependencies';

type IdOf = (key: string) => string;

/** The id of a grant by its key: of one that is there, or a new one for what it rolls over into. */
function idsOf({ grants }: StoredWallet, expiries: Expiries): IdOf {
  const ids = new Map<string, string>(expiries.grants.map(({ key }) => [key, newId('cg')]));
  for (const { key, id } of grants) ids.set(key, id);
  return (key) => ids.get(key) ?? fail('internal');
}

function newGrants({ grants }: StoredWallet, expiries: Expiries, idOf: IdOf): GrantRow[] {
  const known = new Set(grants.map(({ key }) => key));
  return expiries.grants
    .filter(({ key }) => !known.has(key))
    .map((grant) => ({ ...grant, id: idOf(grant.key), reason: 'rollover', grantedAt: grant.effectiveAt }));
}

function movementsOf({ key, at, expired, carried, paid }: GrantExpiry, idOf: IdOf): MovementRow[] {
  const about = { grantId: idOf(key), invoiceId: null, reason: null, at };
  const lost = { ...about, kind: 'expired', amount: minus('0', expired), paid } as const;
  const gone = { ...about, kind: 'rolled_over', amount: minus('0', carried), paid: null } as const;
  return [...(expired === '0' ? [] : [lost]), ...(carried === '0' ? [] : [gone])];
}

function tell(
  db: Queryable,
  { tenantId, customerId, id: walletId }: StoredWallet,
  facts: readonly GrantExpiry[],
  idOf: IdOf,
): Promise<void> {
  const about = { tenantId, customerId, subscriptionId: null, invoiceId: null, type: 'wallet.credits_expired' };
  const events = facts.map(({ key, at, expired, carried, added }) => ({
    ...about,
    id: newId('evt'),
    data: { wallet_id: walletId, grant_id: idOf(key), expired, carried, added },
    occurredAt: at,
  }));
  return insertEvents(db, events);
}

async function write(db: Queryable, wallet: StoredWallet, expiries: Expiries, now: Instant): Promise<void> {
  const { tenantId, id: walletId } = wallet;
  const idOf = idsOf(wallet, expiries);
  const entries = expiries.facts.flatMap((fact) => {
    const postings = expiryPostings(walletStreams, fact);
    return postings.length === 0
      ? []
      : [{ fact, entry: { id: newId('le'), kind: 'credit_expiry', source: idOf(fact.key), postings } }];
  });
  await openAccounts(
    db,
    tenantId,
    entries.flatMap(({ entry }) => entry.postings),
  );
  const movements = expiries.facts.flatMap((fact) => movementsOf(fact, idOf));
  const change = { walletId, expected: null, grants: newGrants(wallet, expiries, idOf), movements };
  await record(db, { tenantId, now, subscription: null, wallet: change });
  // An expiry is booked at its own instant, however late it is found; those that are asked for together are one statement.
  await Promise.all(
    entries.map(({ fact, entry }) => record(db, { tenantId, now: fact.at, subscription: null, entries: [entry] })),
  );
  await endGrants(
    db,
    tenantId,
    expiries.grants.filter(({ isEnded }) => isEnded).map(({ key }) => idOf(key)),
  );
  await tell(db, wallet, expiries.facts, idOf);
}

/** Ends all grants of a wallet that expired by an instant. Again changes nothing. */
export async function expireCredits(
  deps: ActivityDependencies,
  { tenantId, id }: DueWallet,
  now: Instant,
): Promise<void> {
  await deps.database.transaction(tenantId, async (db) => {
    const wallet = await lockWallet(db, tenantId, id);
    if (wallet === null) return;
    const expiries = expireGrants({ grants: wallet.grants, now, timeZone: wallet.timeZone });
    if (expiries.facts.length > 0) await write(db, wallet, expiries, now);
    await endGrants(db, tenantId, await spentBy(db, wallet, now));
  });
}

/** Used up before they expired: nothing is lost, and nobody has to look at them again. */
async function spentBy(db: Queryable, { tenantId, id }: StoredWallet, now: Instant): Promise<string[]> {
  const text = `select id from credit_grants where tenant_id = $1 and wallet_id = $2 and not is_ended and expires_at <= $3
    and used + removed = amount`;
  const rows = await db.query<{ id: string }>({ name: 'credit_grants_spent', text }, [tenantId, id, new Date(now)]);
  return rows.map((row) => row.id);
}
