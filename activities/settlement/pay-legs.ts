/** Brings payouts forward: intends, sends, looks up. What became of each is a fact when it is news. */
import { allTenants } from '../../db/transactions/all-tenants';
import { intendPayout, isOpen, triesOfLegs, type Leg, type LegTry } from '../../db/transactions/chain-sending';
import { loadSettlement } from '../../db/transactions/settlement-progress';
import { fail } from '../../domain/errors';
import type { LegStanding, SettlementOutcome } from '../../domain/settlement/facts';
import type { LegState, SettlementState } from '../../domain/settlement/state';
import type { Instant } from '../../domain/time';
import { advanceTransaction } from '../chain/advance-transaction';
import { senderAccount } from '../chain/sender-account';
import type { ActivityDependencies } from '../dependencies';
import { factBefore, recordOnce } from './once';

export interface PayLegsInput {
  readonly state: SettlementState;
  readonly legIds: readonly string[];
  readonly now: Instant;
}

/** A chain that proves so many tries dead is not the place to try again without a person. */
const deadTriesMax = 5;

const blocked = (id: string, reason: string): LegStanding => ({ id, status: 'blocked', reason });

/** How a leg stands by its tries. */
function standingOf(id: string, tries: readonly LegTry[]): LegStanding {
  if (tries.some(({ isPaid }) => isPaid)) return { id, status: 'paid', reason: null };
  const live = tries.filter(({ transaction }) => isOpen(transaction)).map(({ transaction }) => transaction);
  const held = live.length > 0 && live.every(({ status, failure }) => status === 'intended' && failure !== null);
  if (held) return blocked(id, live[0]?.failure ?? 'it waits');
  if (live.length > 0) return { id, status: 'sending', reason: null };
  const last = tries.at(-1)?.transaction;
  return blocked(id, last?.failure ?? 'The transaction did not pay.');
}

/** Whether a new try may begin: the first one, one that somebody asked for, or one after bytes that are proven dead. */
function mayTry(before: LegState, tries: readonly LegTry[]): boolean {
  if (tries.some(({ isPaid, transaction }) => isPaid || isOpen(transaction))) return false;
  if (before.status === 'waiting' || tries.length === 0) return true;
  const dead = tries.filter(({ transaction }) => transaction.status === 'dead').length;
  return tries.at(-1)?.transaction.status === 'dead' && dead < deadTriesMax;
}

async function bringForward(
  deps: ActivityDependencies,
  leg: Leg,
  before: LegState,
  now: Instant,
): Promise<LegStanding> {
  const setting = await deps.chainNamed(leg.chain);
  const db = deps.database.as(allTenants);
  const read = () => triesOfLegs(db, leg.tenantId, [leg.id]);
  if (mayTry(before, await read())) {
    const { address } = await senderAccount(deps, setting);
    await intendPayout(deps.database, leg, address);
  }
  for (const { transaction } of await read())
    if (isOpen(transaction)) await advanceTransaction({ deps, setting, now }, transaction.id);
  return standingOf(leg.id, await read());
}

const isNews = (before: LegState, { status, reason }: LegStanding): boolean =>
  before.status !== status || before.reason !== reason;

/** @throws ChainUnavailable, SignerUnavailable: what stands in the rows is gone on from */
export function payLegs(deps: ActivityDependencies) {
  return async function pay({ state, legIds, now }: PayLegsInput): Promise<SettlementOutcome> {
    const recorded = await factBefore(deps, state);
    if (recorded !== null) return recorded;
    const { tenantId, settlementId } = state;
    const { legs } = (await loadSettlement(deps.database.as(tenantId), tenantId, settlementId)) ?? fail('internal');
    const meant = state.legs.filter(({ id }) => legIds.includes(id));
    const standings: LegStanding[] = [];
    for (const before of meant) {
      const leg = legs.find(({ id }) => id === before.id) ?? fail('internal');
      const standing = await bringForward(deps, leg, before, now);
      if (isNews(before, standing)) standings.push(standing);
    }
    if (standings.length === 0) return { kind: 'unchanged' };
    return recordOnce(deps, state, { kind: 'legs', legs: standings }, now);
  };
}
