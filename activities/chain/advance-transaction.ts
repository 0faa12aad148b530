/**
 * Brings one transaction forward, as far as it goes now: signs it, sends it, looks it up, sends the same bytes again, gets it out of the way
 * when it is stuck, books it when it is final. Its row says where it stands, so whoever does this, and however often, does the same.
 */
import type { TransactionStanding } from '../../adapters/chains/port';
import { allTenants } from '../../db/transactions/all-tenants';
import {
  findChainTransaction,
  finishChainTransaction,
  intendReplacement,
  legsOfTransaction,
  moveChainTransaction,
  type ChainTransaction,
} from '../../db/transactions/chain-sending';
import { findSettlementBook } from '../../db/transactions/settlement-book';
import { moneyOfBaseUnits } from '../../domain/chain/asset';
import { fail } from '../../domain/errors';
import { legPostings, networkFeePostings } from '../../domain/settlement/postings';
import type { Instant } from '../../domain/time';
import type { ActivityDependencies, ChainSetting } from '../dependencies';
import { signIntent } from './sign-intent';
import { signedOf } from './signed-bytes';

export interface Sending {
  readonly deps: ActivityDependencies;
  readonly setting: ChainSetting;
  readonly now: Instant;
}

type Landed = Extract<TransactionStanding, { kind: 'landed' }>;

async function finish({ deps, setting, now }: Sending, transaction: ChainTransaction, landed: Landed): Promise<void> {
  const db = deps.database.as(allTenants);
  const legs = await legsOfTransaction(db, transaction.id);
  const books = await Promise.all(legs.map((leg) => findSettlementBook(db, leg.tenantId, leg.settlementId)));
  const paid = legs.map((leg, index) =>
    landed.paid[index] === true ? legPostings(leg, books[index] ?? null, leg.bookRate) : null,
  );
  const fee = moneyOfBaseUnits(BigInt(landed.fee), setting.chain.coin);
  const { failure, height } = landed;
  const feePostings = networkFeePostings(setting.chain.id, fee);
  await finishChainTransaction(deps.database, {
    ...{ transaction, networkFee: fee.amount, feePostings, paid, failure, height, now },
  });
}

async function broadcast({ deps, setting }: Sending, transaction: ChainTransaction): Promise<boolean> {
  const { database } = deps;
  const { id } = transaction;
  const outcome = await setting.chain.broadcast(signedOf(transaction));
  if (outcome.kind === 'refused') {
    // The chain will never take these bytes: nothing left us, and the number is free again.
    const change = { from: ['signed'], to: 'released', failure: outcome.reason, tells: true } as const;
    await moveChainTransaction(database, id, change);
    return false;
  }
  // Accepted, or not possible any more: in both cases the chain is asked by id from now on.
  const tells = transaction.failure !== null;
  await moveChainTransaction(database, id, { from: ['signed'], to: 'sent', tells });
  return outcome.kind === 'stale';
}

const isStuck = ({ sentAt }: ChainTransaction, { setting, now }: Sending): boolean =>
  sentAt !== null && now - sentAt > setting.stuckAfterMs;

async function sendAgain(sending: Sending, transaction: ChainTransaction): Promise<void> {
  const { deps, setting } = sending;
  if (transaction.status === 'landed') {
    await moveChainTransaction(deps.database, transaction.id, { from: ['landed'], to: 'sent', tells: false });
  }
  await setting.chain.broadcast(signedOf(transaction));
}

/** Looks a transaction up that was sent. Answers whether it went on. */
async function look(sending: Sending, transaction: ChainTransaction): Promise<boolean> {
  const { deps, setting } = sending;
  const { id, status } = transaction;
  const standing = await setting.chain.standingOf(signedOf(transaction));
  switch (standing.kind) {
    case 'landed': {
      if (standing.isFinal) await finish(sending, transaction, standing);
      const { height } = standing;
      if (!standing.isFinal && status !== 'landed')
        await moveChainTransaction(deps.database, id, { from: ['sent'], to: 'landed', height, tells: false });
      return false;
    }
    case 'dead': {
      const failure = standing.reason;
      await moveChainTransaction(deps.database, id, { from: ['sent', 'landed'], to: 'dead', failure, tells: true });
      return false;
    }
    case 'unknown':
      await sendAgain(sending, transaction);
      return false;
    case 'waiting': {
      const { replacement } = setting.chain.capabilities;
      if (replacement !== 'after_expiry' && isStuck(transaction, sending)) {
        await intendReplacement(deps.database, transaction);
      }
      return false;
    }
  }
}

/** One step; answers whether the row went on, so that another may follow. */
function step(sending: Sending, transaction: ChainTransaction): Promise<boolean> {
  switch (transaction.status) {
    case 'intended':
      return signIntent(sending.deps, sending.setting, transaction);
    case 'signed':
      return broadcast(sending, transaction);
    case 'sent':
    case 'landed':
      return look(sending, transaction);
    case 'released':
    case 'final':
    case 'dead':
      return Promise.resolve(false);
  }
}

/** From an intent to a look at what was sent. */
const stepsMax = 4;

/**
 * Brings a transaction forward.
 * @throws ChainUnavailable, SignerUnavailable: the row stands, and whoever comes next goes on from it
 */
export async function advanceTransaction(sending: Sending, id: string): Promise<void> {
  const db = sending.deps.database.as(allTenants);
  for (let count = 0; count < stepsMax; count++) {
    const transaction = (await findChainTransaction(db, id)) ?? fail('internal');
    if (!(await step(sending, transaction))) return;
  }
}
