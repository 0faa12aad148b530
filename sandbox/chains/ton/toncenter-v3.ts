/** The methods of toncenter's version 3: what an indexer answers. Source: toncenter, "TON Index" (OpenAPI). Parameters come from the query. */
import { Address, Cell, loadMessage, type Message, type Transaction } from '@ton/core';
import { RpcFailure } from '../rpc/rpc-failure';
import type { RpcMethods } from '../rpc/protocol';
import { commentOf, normalizedHashOf, operationOf } from './messages';
import type { TonNetwork } from './network';
import type { TransactionRecord } from './state';
import { asBase64, storageFeeOf } from './toncenter-v2';

type Query = Readonly<Record<string, string | undefined>>;

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 1000;
const SHARD = '8000000000000000';

/** The methods, named `v3/…` so that faults can tell them from those of version 2. */
export function toncenterV3(network: TonNetwork): RpcMethods {
  return {
    'v3/masterchainInfo': () => ({ last: block(network, network.readTime), first: block(network, network.readTime) }),
    'v3/transactions': (query) => listed(network, selected(network, query as Query), query as Query),
    'v3/transactionsByMessage': (query) => {
      const { msg_hash: hash, direction = 'in' } = query as Query;
      if (hash === undefined) throw new RpcFailure(422, 'msg_hash is required');
      if (direction !== 'in') throw new RpcFailure(422, 'The double knows direction=in alone.');
      return listed(network, network.state.transactionsByMessage(asBase64(hash), network.readTime), query as Query);
    },
    'v3/traces': (query) => ({ traces: traces(network, query as Query), address_book: {}, metadata: {} }),
    'v3/message': async (body) => {
      const { boc } = body as { readonly boc?: string };
      if (boc === undefined) throw new RpcFailure(422, 'boc is required');
      await network.submit(boc);
      const cell = Cell.fromBase64(boc);
      const normalized = normalizedHashOf(loadMessage(cell.beginParse()));
      return { message_hash: cell.hash().toString('base64'), message_hash_norm: normalized.toString('base64') };
    },
  };
}

function block(network: TonNetwork, time: number): object {
  const seqno = network.state.heightAt(time);
  const hash = network.state.blockHash(seqno).toString('base64');
  return {
    workchain: -1,
    shard: SHARD,
    seqno,
    root_hash: hash,
    file_hash: hash,
    global_id: -239,
    gen_utime: String(time),
    masterchain_block_ref: { workchain: -1, shard: SHARD, seqno },
  };
}

/** By hash, or of an account from a time or a logical time on. */
function selected(network: TonNetwork, query: Query): readonly TransactionRecord[] {
  const { hash, account } = query;
  if (hash !== undefined) {
    const found = network.state.findTransaction(asBase64(hash), network.readTime);
    return found === null ? [] : [found];
  }
  if (account === undefined) throw new RpcFailure(422, 'The double lists transactions of an account or by hash.');
  const [startTime, startLt] = [Number(query['start_utime'] ?? 0), BigInt(query['start_lt'] ?? 0)];
  return network.state
    .transactionsOf(addressOf(account).toRawString(), network.readTime)
    .filter((record) => record.time >= startTime && record.transaction.lt >= startLt);
}

/** The transactions that followed from one, itself first. Real traces begin at the external message, as those of our callers do. */
function traces(network: TonNetwork, query: Query): object[] {
  const { tx_hash: hash } = query;
  if (hash === undefined) throw new RpcFailure(422, 'The double lists traces by tx_hash.');
  const time = network.readTime;
  const root = network.state.findTransaction(asBase64(hash), time);
  if (root === null) return [];
  const found = [root];
  let isIncomplete = false;
  for (const record of found) {
    for (const cell of record.messages.outgoing) {
      const [next] = network.state.transactionsByMessage(cell.hash().toString('base64'), time);
      if (next === undefined) isIncomplete = true;
      else found.push(next);
    }
  }
  return [
    {
      trace_id: root.hash,
      is_incomplete: isIncomplete,
      transactions_order: found.map((record) => record.hash),
      transactions: Object.fromEntries(found.map((record) => [record.hash, transactionAnswer(network, record)])),
    },
  ];
}

function addressOf(text: string): Address {
  try {
    return Address.parse(text);
  } catch {
    throw new RpcFailure(422, `Invalid account: ${text}`);
  }
}

function listed(network: TonNetwork, records: readonly TransactionRecord[], query: Query): object {
  const sorted = (query['sort'] ?? 'desc') === 'asc' ? records : [...records].reverse();
  const offset = Number(query['offset'] ?? 0);
  const limit = Math.min(Number(query['limit'] ?? LIMIT_DEFAULT), LIMIT_MAX);
  return {
    transactions: sorted.slice(offset, offset + limit).map((record) => transactionAnswer(network, record)),
    address_book: {},
  };
}

function transactionAnswer(network: TonNetwork, record: TransactionRecord): object {
  const { transaction, messages: cells, hash, account, time } = record;
  const seqno = network.state.heightAt(time);
  return {
    account: account.toUpperCase(),
    hash,
    lt: transaction.lt.toString(),
    now: transaction.now,
    mc_block_seqno: seqno,
    prev_trans_hash: Buffer.from(transaction.prevTransactionHash.toString(16).padStart(64, '0'), 'hex').toString(
      'base64',
    ),
    prev_trans_lt: transaction.prevTransactionLt.toString(),
    orig_status: transaction.oldStatus,
    end_status: transaction.endStatus,
    total_fees: transaction.totalFees.coins.toString(),
    total_fees_extra_currencies: {},
    description: description(transaction),
    block_ref: { workchain: Number(account.split(':')[0]), shard: SHARD, seqno },
    in_msg: cells.incoming === null ? null : messageAnswer(cells.incoming),
    out_msgs: cells.outgoing.map(messageAnswer),
    emulated: false,
    finality: 'finalized',
  };
}

function description(transaction: Transaction): object {
  const about = transaction.description;
  if (about.type !== 'generic') return { type: about.type };
  return {
    type: 'ord',
    aborted: about.aborted,
    destroyed: about.destroyed,
    credit_first: about.creditFirst,
    storage_ph: { storage_fees_collected: storageFeeOf(transaction).toString(), status_change: 'unchanged' },
    ...(about.creditPhase == null ? {} : { credit_ph: { credit: about.creditPhase.credit.coins.toString() } }),
    compute_ph: computePhase(about.computePhase),
    ...(about.actionPhase == null ? {} : { action: actionPhase(about.actionPhase) }),
    ...(about.bouncePhase == null ? {} : { bounce: { type: about.bouncePhase.type === 'ok' ? 'ok' : 'nofunds' } }),
  };
}

type Generic = Extract<Transaction['description'], { type: 'generic' }>;

function computePhase(phase: Generic['computePhase']): object {
  if (phase.type === 'skipped') return { skipped: true, reason: phase.reason.replace('-', '_') };
  return {
    skipped: false,
    success: phase.success,
    gas_fees: phase.gasFees.toString(),
    gas_used: phase.gasUsed.toString(),
    gas_limit: phase.gasLimit.toString(),
    mode: phase.mode,
    exit_code: phase.exitCode,
    vm_steps: phase.vmSteps,
  };
}

const actionPhase = (phase: NonNullable<Generic['actionPhase']>): object => ({
  success: phase.success,
  valid: phase.valid,
  no_funds: phase.noFunds,
  ...(phase.totalFwdFees == null ? {} : { total_fwd_fees: phase.totalFwdFees.toString() }),
  ...(phase.totalActionFees == null ? {} : { total_action_fees: phase.totalActionFees.toString() }),
  result_code: phase.resultCode,
  tot_actions: phase.totalActions,
  spec_actions: phase.specActions,
  skipped_actions: phase.skippedActions,
  msgs_created: phase.messagesCreated,
});

function messageAnswer(cell: Cell): object {
  const message = loadMessage(cell.beginParse());
  const info = message.info.type === 'internal' ? message.info : null;
  const operation = operationOf(message.body);
  return {
    hash: cell.hash().toString('base64'),
    ...(message.info.type === 'external-in' ? { hash_norm: normalizedHashOf(message).toString('base64') } : {}),
    source: rawOf(info?.src ?? null),
    destination: rawOf(message.info.type === 'external-out' ? null : message.info.dest),
    value: info?.value.coins.toString() ?? null,
    fwd_fee: info?.forwardFee.toString() ?? null,
    ihr_fee: info === null ? null : '0',
    created_lt: info?.createdLt.toString() ?? null,
    created_at: info === null ? null : String(info.createdAt),
    opcode: operation === null ? null : `0x${operation.toString(16).padStart(8, '0')}`,
    ihr_disabled: info === null ? null : true,
    bounce: info?.bounce ?? null,
    bounced: info?.bounced ?? null,
    import_fee: message.info.type === 'external-in' ? '0' : null,
    message_content: content(message),
    init_state: null,
  };
}

function content({ body }: Message): object {
  const comment = commentOf(body);
  return {
    hash: body.hash().toString('base64'),
    body: body.toBoc().toString('base64'),
    decoded: comment === null ? null : { '@type': 'text_comment', type: 'text_comment', comment },
  };
}

const rawOf = (address: Address | null): string | null => address?.toRawString().toUpperCase() ?? null;
