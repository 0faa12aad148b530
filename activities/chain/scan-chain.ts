/**
 * One look at a chain, for all tenants: what came in at the addresses that settlements watch, what a reorganization took back, and what became
 * of the transactions that are under way. Settlements are told by messages that are written with what they are about.
 */
import { ChainUnavailable, type Chain, type SeenDeposit } from '../../adapters/chains/port';
import { SignerUnavailable } from '../../adapters/signers/port';
import { allTenants } from '../../db/transactions/all-tenants';
import {
  loadWatchList,
  noteChainFault,
  openTransactions,
  putChainCursor,
  saveSight,
  takeBack,
  type Deposit,
  type SettlementInstruction,
} from '../../db/transactions/chain-scan';
import { noteWaiting } from '../../db/transactions/chain-sending';
import { baseUnitsOf, moneyOfBaseUnits } from '../../domain/chain/asset';
import type { Instant } from '../../domain/time';
import type { ActivityDependencies, ChainSetting } from '../dependencies';
import { advanceTransaction, type Sending } from './advance-transaction';
import { sweepDeposits } from './sweep-deposits';

export interface ScanChainInput {
  /** CAIP-2. */
  readonly chain: string;
  readonly now: Instant;
}

export interface ChainScan {
  readonly height: number;
  readonly finalHeight: number;
  /** How long to rest, in milliseconds: longer where nobody waits for anything. */
  readonly nextInMs: number;
}

/** So much longer the rest is where nothing is looked for. */
const idleFactor = 5;

/** More are brought forward by the next look; each is a request or two. */
const transactionsMax = 500;
/** Requests at once: an endpoint has limits, and others ask it too. */
const atOnceMax = 8;

const key = ({ transactionId, index }: Pick<Deposit, 'transactionId' | 'index'>): string => `${transactionId}:${index}`;

const asSeen = (deposit: Deposit): SeenDeposit => ({
  transactionId: deposit.transactionId,
  index: deposit.index,
  watch: deposit.watch,
  asset: deposit.amount.currency,
  amount: baseUnitsOf(deposit.amount).toString(),
  sender: deposit.sender,
  height: deposit.height,
  blockHash: deposit.blockHash,
  seenAt: deposit.seenAt,
  isFinal: false,
});

async function keep(
  { database }: ActivityDependencies,
  chain: Chain,
  seen: SeenDeposit,
  { tenantId, settlementId }: Pick<SettlementInstruction, 'tenantId' | 'settlementId'>,
): Promise<void> {
  const { transactionId, index, watch, sender, height, blockHash, seenAt, receiptCost } = seen;
  await saveSight(database, {
    ...{ tenantId, settlementId, chain: chain.id, transactionId, index, watch, sender, height, blockHash, seenAt },
    amount: moneyOfBaseUnits(BigInt(seen.amount), seen.asset),
    status: seen.isFinal ? 'final' : 'seen',
    receiptCost: receiptCost === undefined ? null : moneyOfBaseUnits(BigInt(receiptCost), chain.coin),
  });
}

/** What was seen before and is not in the window any more: still there, or taken back. */
async function lookAgain(deps: ActivityDependencies, { chain }: ChainSetting, deposit: Deposit): Promise<void> {
  const seen = await chain.readDeposit(asSeen(deposit));
  if (seen === null) return takeBack(deps.database, deposit);
  await keep(deps, chain, seen, deposit);
}

/** Searches for deposits. Answers how far the chain is, and whether any is looked for. */
async function scanDeposits(deps: ActivityDependencies, setting: ChainSetting) {
  const { chain } = setting;
  const db = deps.database.as(allTenants);
  const { watched, cursor: before, unfinished } = await loadWatchList(db, chain.id);
  const wanted = watched.flatMap(({ instruction }) => instruction ?? []);
  const { deposits, cursor, head } = await chain.findDeposits({ watched: wanted, cursor: before });
  const owners = new Map(watched.map((one) => [one.instruction?.watch, one]));
  for (const seen of deposits) {
    const owner = owners.get(seen.watch);
    if (owner !== undefined) await keep(deps, chain, seen, owner);
  }
  const found = new Set(deposits.map(key));
  for (const deposit of unfinished) if (!found.has(key(deposit))) await lookAgain(deps, setting, deposit);
  const { height, finalHeight, time: headAt } = head;
  await putChainCursor(db, { chain: chain.id, cursor, height, finalHeight, headAt });
  return { height, finalHeight, isBusy: watched.length > 0 };
}

/** Works a list off, some at a time; the first failure is thrown after all had their turn. */
async function eachOf<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...list];
  const failures: unknown[] = [];
  const take = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: atOnceMax }, take));
  if (failures.length > 0) throw failures[0];
}

/** One that cannot go on waits with its reason, and holds up no other. */
async function forward(sending: Sending, id: string): Promise<void> {
  try {
    await advanceTransaction(sending, id);
  } catch (error) {
    if (error instanceof ChainUnavailable || error instanceof SignerUnavailable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    sending.deps.log.warn({ chain_transaction: id, reason }, 'a transaction on a chain does not go on');
    await noteWaiting(sending.deps.database, id, reason.slice(0, 500));
  }
}

async function scan(deps: ActivityDependencies, setting: ChainSetting, now: Instant): Promise<ChainScan> {
  const found = await scanDeposits(deps, setting);
  const open = await openTransactions(deps.database.as(allTenants), setting.chain.id, transactionsMax);
  await eachOf(open, ({ id }) => forward({ deps, setting, now }, id));
  // Last: what is ours already never holds up what others wait for.
  await sweepDeposits(deps, setting);
  const isBusy = found.isBusy || open.length > 0;
  const { height, finalHeight } = found;
  return { height, finalHeight, nextInMs: setting.scanEveryMs * (isBusy ? 1 : idleFactor) };
}

/** @throws ChainUnavailable, SignerUnavailable: the cursor stays, and the next look begins there */
export function scanChain(deps: ActivityDependencies) {
  return async function run({ chain, now }: ScanChainInput): Promise<ChainScan> {
    try {
      return await scan(deps, await deps.chainNamed(chain), now);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await noteChainFault(deps.database.as(allTenants), chain, reason.slice(0, 500));
      throw error;
    }
  };
}
