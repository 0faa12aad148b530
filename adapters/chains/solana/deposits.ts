/**
 * Finds deposits by the history of the receivers, not of the references: one request per receiver and asset instead of one per open payment.
 * The cursor is a final slot; each search begins some slots before it, so a payment that was made while its settlement was being written is
 * met by the next search.
 */
import type { Address, Signature } from '@solana/kit';
import { findAssociatedTokenPda } from '@solana-program/token';
import type { DepositSearch, DepositsFound, SeenDeposit } from '../port';
import { readAsset, type SolanaAsset } from './assets';
import { readBlock, readHead, type BlockFacts } from './blocks';
import { creditOf, readTransaction, type SeenTransaction } from './credits';
import { createMemory } from '../memory';
import type { SolanaEndpoint } from './network';
import { readWatch, type Watch, writeWatch } from './references';
import { tokenProgramOf } from './token-accounts';

/** About half a minute: longer than one search takes, and than a settlement needs to be watched. */
const OVERLAP_SLOTS = 64n;
/** The most that `getSignaturesForAddress` gives at once. */
const PAGE = 1_000;
/** Looked up transactions that a process remembers, so that the overlap costs nothing. */
const REMEMBERED_MAX = 5_000;

export interface DepositReader {
  find(search: DepositSearch): Promise<DepositsFound>;
  read(deposit: SeenDeposit): Promise<SeenDeposit | null>;
}

interface Watched extends Watch {
  readonly asset: SolanaAsset;
}

interface ListedTransaction {
  readonly id: Signature;
  readonly slot: bigint;
  readonly isFinal: boolean;
  readonly hasFailed: boolean;
}

/** Reads deposits of one chain. */
export function createDepositReader(endpoint: SolanaEndpoint): DepositReader {
  const remembered = createMemory<SeenTransaction>(REMEMBERED_MAX);
  const look = async ({
    id,
    slot,
  }: {
    readonly id: string;
    readonly slot: bigint;
  }): Promise<SeenTransaction | null> => {
    const key = `${id}@${slot}`;
    const known = remembered.get(key);
    if (known !== null) return known;
    const found = await readTransaction(endpoint, id);
    if (found !== null) remembered.set(`${id}@${found.slot}`, found);
    return found;
  };
  return {
    find: (search) => find(endpoint, search, look),
    read: (deposit) => readAgain(endpoint, deposit, look),
  };
}

type Look = (listed: { readonly id: string; readonly slot: bigint }) => Promise<SeenTransaction | null>;

async function find(endpoint: SolanaEndpoint, search: DepositSearch, look: Look): Promise<DepositsFound> {
  const head = await readHead(endpoint);
  const from = (search.cursor === null ? head.finalSlot : BigInt(search.cursor)) - OVERLAP_SLOTS;
  const watched = search.watched.map(({ watch, asset }) => ({
    ...readWatch(endpoint.chain, watch),
    asset: readAsset(endpoint.chain, asset),
  }));
  const blockAt = rememberBlocks(endpoint);
  const deposits: SeenDeposit[] = [];
  for (const group of byReceiver(watched)) {
    for (const listed of await listGroup(endpoint, group, from, head.finalSlot)) {
      const transaction = await look(listed);
      if (transaction === null) continue;
      const deposit = await depositOf(transaction, group, listed.isFinal, blockAt);
      if (deposit !== null) deposits.push(deposit);
    }
  }
  return { deposits, cursor: head.finalSlot.toString(), head: head.head };
}

/** Those that share receiver and asset are found by the same histories. */
function byReceiver(watched: readonly Watched[]): readonly (readonly Watched[])[] {
  const groups = new Map<string, Watched[]>();
  for (const one of watched) {
    const key = `${one.recipient}|${one.asset.id}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/** All transactions since a slot that touch an account in which the group can be paid. */
async function listGroup(
  endpoint: SolanaEndpoint,
  group: readonly Watched[],
  from: bigint,
  finalSlot: bigint,
): Promise<readonly ListedTransaction[]> {
  const [first] = group;
  if (first === undefined) return [];
  const listed = new Map<string, ListedTransaction>();
  for (const account of await paidAccounts(endpoint, first)) {
    for (const one of await listSince(endpoint, account, from, finalSlot)) listed.set(one.id, one);
  }
  return [...listed.values()].sort((left, right) => (left.slot < right.slot ? -1 : 1));
}

/** A token deposit may arrive at any token account of the receiver; the associated one counts even when it is closed by now. */
async function paidAccounts(endpoint: SolanaEndpoint, { recipient, asset }: Watched): Promise<readonly Address[]> {
  if (asset.kind === 'coin') return [recipient];
  const [held, tokenProgram] = await Promise.all([
    endpoint.ask((rpc) =>
      rpc.getTokenAccountsByOwner(recipient, { mint: asset.mint }, { commitment: 'confirmed', encoding: 'base64' }),
    ),
    tokenProgramOf(endpoint, asset.mint),
  ]);
  const [associated] = await findAssociatedTokenPda({ owner: recipient, mint: asset.mint, tokenProgram });
  return [...new Set([associated, ...held.value.map(({ pubkey }) => pubkey)])];
}

async function listSince(
  endpoint: SolanaEndpoint,
  account: Address,
  from: bigint,
  finalSlot: bigint,
): Promise<readonly ListedTransaction[]> {
  const listed: ListedTransaction[] = [];
  let before: Signature | null = null;
  do {
    const page = await listPage(endpoint, account, before, finalSlot);
    const recent = page.filter(({ slot }) => slot >= from);
    listed.push(...recent.filter(({ hasFailed }) => !hasFailed));
    const isLast = page.length < PAGE || recent.length < page.length;
    before = isLast ? null : (page.at(-1)?.id ?? null);
  } while (before !== null);
  return listed;
}

/** Newest first. An endpoint that is behind the one that told the final slot would hide what the cursor then passes by: it is refused. */
async function listPage(
  endpoint: SolanaEndpoint,
  account: Address,
  before: Signature | null,
  finalSlot: bigint,
): Promise<readonly ListedTransaction[]> {
  const page = await endpoint.ask((rpc) =>
    rpc.getSignaturesForAddress(account, {
      commitment: 'confirmed',
      minContextSlot: finalSlot,
      limit: PAGE,
      ...(before === null ? {} : { before }),
    }),
  );
  return page.map(({ signature, slot, err, confirmationStatus }) => ({
    id: signature,
    slot,
    isFinal: confirmationStatus === 'finalized',
    hasFailed: err !== null,
  }));
}

type BlockAt = (slot: bigint) => Promise<BlockFacts>;

/** Within one search a block is read once. */
function rememberBlocks(endpoint: SolanaEndpoint): BlockAt {
  const blocks = new Map<bigint, Promise<BlockFacts>>();
  return (slot) => {
    const known = blocks.get(slot) ?? readBlock(endpoint, slot);
    blocks.set(slot, known);
    return known;
  };
}

/**
 * The credit of a transaction for the group's receiver. Money is counted once: when a transaction names several references, the first of its
 * accounts has it, and the credited account gives the deposit its index.
 */
async function depositOf(
  transaction: SeenTransaction,
  group: readonly Watched[],
  isFinal: boolean,
  blockAt: BlockAt,
): Promise<SeenDeposit | null> {
  const owner = firstNamed(transaction, group);
  if (owner === null || transaction.failure !== null) return null;
  const credit = creditOf(transaction, owner.recipient, owner.asset);
  if (credit.amount <= 0n || credit.index < 0) return null;
  const block = await blockAt(transaction.slot);
  return {
    transactionId: transaction.id,
    index: credit.index,
    watch: writeWatch(owner),
    asset: owner.asset.id,
    amount: credit.amount.toString(),
    sender: transaction.accounts[0] ?? null,
    height: block.height,
    blockHash: block.hash,
    seenAt: block.time,
    isFinal,
  };
}

function firstNamed(transaction: SeenTransaction, group: readonly Watched[]): Watched | null {
  const byReference = new Map(group.map((watched) => [watched.reference as string, watched]));
  const named = [...transaction.accounts, ...transaction.memos.map((memo) => memo.trim())];
  for (const text of named) {
    const watched = byReference.get(text);
    if (watched !== undefined) return watched;
  }
  return null;
}

async function readAgain(endpoint: SolanaEndpoint, deposit: SeenDeposit, look: Look): Promise<SeenDeposit | null> {
  const { value } = await endpoint.ask((rpc) =>
    rpc.getSignatureStatuses([deposit.transactionId as Signature], { searchTransactionHistory: true }),
  );
  const status = value[0] ?? null;
  if (status === null || status.err !== null || status.confirmationStatus === 'processed') return null;
  const transaction = await look({ id: deposit.transactionId, slot: status.slot });
  if (transaction === null) return null;
  const watched = { ...readWatch(endpoint.chain, deposit.watch), asset: readAsset(endpoint.chain, deposit.asset) };
  const isFinal = status.confirmationStatus === 'finalized';
  return depositOf(transaction, [watched], isFinal, (slot) => readBlock(endpoint, slot));
}
