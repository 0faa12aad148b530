/**
 * What wallets do by themselves: grants expire, and automatic top-ups begin. The worker asks for it in real time, a test clock at each
 * instant that it goes through. What was missed is found by the next round: nothing here is owed to a single moment.
 */
import type { Queryable } from '../db/pool';
import { topUpsInFlight, walletsToTopUp, walletsWithExpired, type DueWallet } from '../db/transactions/wallet-progress';
import type { Instant } from '../domain/time';
import { beginAutomaticTopUp } from './begin-automatic-top-up';
import { collectTopUp } from './collect-top-up';
import type { ActivityDependencies } from './dependencies';
import { expireCredits } from './expire-credits';
import { oneTryPerMethod } from './one-try-per-method';

/** Each wallet alone: one that fails is told of and does not hold up the others. */
async function each(
  { log }: ActivityDependencies,
  wallets: readonly DueWallet[],
  work: (wallet: DueWallet) => Promise<void>,
): Promise<void> {
  for (const wallet of wallets) {
    await work(wallet).catch((error: unknown) =>
      log.warn({ wallet: wallet.id, reason: String(error) }, 'a wallet waits'),
    );
  }
}

/** One round over customers in real time. @param db sees all tenants. Answers how many wallets had something to do. */
export async function keepWallets(deps: ActivityDependencies, db: Queryable, now: Instant): Promise<number> {
  const expired = await walletsWithExpired(db, null, now);
  await each(deps, expired, (wallet) => expireCredits(deps, wallet, now));
  const due = await walletsToTopUp(db, null);
  await each(deps, due, (wallet) => beginAutomaticTopUp(deps, wallet, now));
  return expired.length + due.length;
}

export interface ClockWallets {
  readonly tenantId: string;
  readonly clockId: string;
}

/** What expired on a clock by an instant is ended, before anything is billed at that instant. */
export async function expireOnClock(
  deps: ActivityDependencies,
  { tenantId, clockId }: ClockWallets,
  at: Instant,
): Promise<void> {
  const wallets = await walletsWithExpired(deps.database.as(tenantId), clockId, at);
  for (const wallet of wallets) await expireCredits(deps, wallet, at);
}

async function collectInFlight(
  deps: ActivityDependencies,
  db: Queryable,
  { tenantId, clockId }: ClockWallets,
): Promise<void> {
  const collect = oneTryPerMethod(collectTopUp(deps));
  for (const topUpId of await topUpsInFlight(db, tenantId, clockId)) await collect({ tenantId, topUpId });
}

/** A top-up that leaves the wallet below its threshold is followed by another; so many at one instant are enough for any sound rule. */
const roundsMax = 20;

/** Begins the automatic top-ups of a clock's customers and collects them at once, so that the clock arrives with everything settled. */
export async function topUpOnClock(deps: ActivityDependencies, clock: ClockWallets, at: Instant): Promise<void> {
  const db = deps.database.as(clock.tenantId);
  for (let round = 0; round < roundsMax; round++) {
    const due = await walletsToTopUp(db, clock.clockId);
    for (const wallet of due) await beginAutomaticTopUp(deps, wallet, at);
    // Also those that were begun while the clock stood still.
    await collectInFlight(deps, db, clock);
    if (due.length === 0) return;
  }
}
