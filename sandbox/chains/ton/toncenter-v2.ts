/** The methods of toncenter's version 2: what a node answers. Source: toncenter, "TON HTTP API", and what `TonClient` reads. */
import { Address, Cell, external, type Message, type Transaction } from '@ton/core';
import { RpcFailure } from '../rpc/rpc-failure';
import type { RpcMethods } from '../rpc/protocol';
import { parseAccount } from './machine';
import { commentOf } from './messages';
import type { TonNetwork } from './network';
import { readStack, writeStack } from './stack';
import type { TransactionRecord } from './state';

type Parameters = Readonly<Record<string, unknown>>;

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;
const SHARD = '-9223372036854775808';

/** The methods by name, on this network. */
export function toncenterV2(network: TonNetwork): RpcMethods {
  return {
    getMasterchainInfo: () => ({
      '@type': 'blocks.masterchainInfo',
      last: blockId(network),
      state_root_hash: '',
      init: { ...blockId(network), seqno: 0 },
    }),
    getAddressInformation: (given) => addressInformation(network, addressIn(given)),
    getTransactions: (given) => transactions(network, addressIn(given), given as Parameters),
    runGetMethod: async (given) => {
      const { method, stack } = given as Parameters;
      const answer = await network.runGetMethod(
        addressIn(given).toRawString(),
        method as string | number,
        readStack(stack),
      );
      return {
        '@type': 'smc.runResult',
        gas_used: answer.gasUsed,
        exit_code: answer.exitCode,
        stack: writeStack(answer.stack),
      };
    },
    sendBoc: async (given) => {
      await network.submit(String((given as Parameters)['boc']));
      return { '@type': 'ok' };
    },
    estimateFee: (given) => estimateFee(network, addressIn(given), given as Parameters),
  };
}

/** @throws RpcFailure 422 for what is no address. */
export function addressIn(given: unknown): Address {
  try {
    return Address.parse(String((given as Parameters)['address']));
  } catch {
    throw new RpcFailure(422, 'Incorrect address');
  }
}

function blockId(network: TonNetwork): object {
  const seqno = network.state.heightAt(network.readTime);
  const hash = network.state.blockHash(seqno).toString('base64');
  return { '@type': 'ton.blockIdExt', workchain: -1, shard: SHARD, seqno, root_hash: hash, file_hash: hash };
}

const transactionId = (lt: bigint, hash: string): object => ({
  '@type': 'internal.transactionId',
  lt: lt.toString(),
  hash,
});

function addressInformation(network: TonNetwork, address: Address): object {
  const { cell, time } = network.accountOf(address.toRawString());
  const shard = cell === null ? null : parseAccount(cell);
  const state = shard?.account?.storage.state;
  const active = state?.type === 'active' ? state.state : null;
  const hash = Buffer.from((shard?.lastTransactionHash ?? 0n).toString(16).padStart(64, '0'), 'hex').toString('base64');
  return {
    '@type': 'raw.fullAccountState',
    balance: (shard?.account?.storage.balance.coins ?? 0n).toString(),
    extra_currencies: [],
    code: active?.code?.toBoc().toString('base64') ?? '',
    data: active?.data?.toBoc().toString('base64') ?? '',
    last_transaction_id: transactionId(shard?.lastTransactionLt ?? 0n, hash),
    block_id: blockId(network),
    frozen_hash: '',
    sync_utime: time,
    state: state?.type === 'active' || state?.type === 'frozen' ? state.type : 'uninitialized',
  };
}

/** Newest first, from (lt, hash) back to `to_lt`, which is left out. */
function transactions(network: TonNetwork, address: Address, given: Parameters): object[] {
  const { lt, hash, limit, to_lt: toLt } = given;
  const known = [...network.state.transactionsOf(address.toRawString(), network.readTime)].reverse();
  const begin = lt == null ? 0 : known.findIndex((record) => record.transaction.lt === BigInt(String(lt)));
  if (begin < 0 || (hash != null && known[begin]?.hash !== asBase64(String(hash)))) {
    throw new RpcFailure(500, 'LITE_SERVER_UNKNOWN: cannot locate transaction in block with specified logical time');
  }
  const floor = BigInt(String(toLt ?? 0));
  const count = Math.min(Number(limit ?? LIMIT_DEFAULT), LIMIT_MAX);
  return known
    .slice(begin, begin + count)
    .filter(({ transaction }) => transaction.lt > floor)
    .map(transactionAnswer);
}

/** Hashes come in as base64, base64url or hexadecimal. */
export const asBase64 = (hash: string): string =>
  Buffer.from(hash, /^[0-9a-f]{64}$/i.test(hash) ? 'hex' : 'base64').toString('base64');

function transactionAnswer({ transaction, boc, hash }: TransactionRecord): object {
  const storage = storageFeeOf(transaction);
  return {
    '@type': 'raw.transaction',
    utime: transaction.now,
    data: boc,
    transaction_id: transactionId(transaction.lt, hash),
    fee: transaction.totalFees.coins.toString(),
    storage_fee: storage.toString(),
    other_fee: (transaction.totalFees.coins - storage).toString(),
    ...(transaction.inMessage == null ? {} : { in_msg: messageAnswer(transaction.inMessage) }),
    out_msgs: [...transaction.outMessages.values()].map(messageAnswer),
  };
}

/** What was taken for keeping the account since its last transaction. */
export const storageFeeOf = ({ description }: Transaction): bigint =>
  description.type === 'generic' ? (description.storagePhase?.storageFeesCollected ?? 0n) : 0n;

function messageAnswer(message: Message): object {
  const info = message.info.type === 'internal' ? message.info : null;
  const text = commentOf(message.body);
  const body = message.body.toBoc().toString('base64');
  return {
    '@type': 'raw.message',
    source: info?.src.toString() ?? '',
    destination: message.info.dest?.toString() ?? '',
    value: (info?.value.coins ?? 0n).toString(),
    fwd_fee: (info?.forwardFee ?? 0n).toString(),
    ihr_fee: '0',
    created_lt: (info?.createdLt ?? 0n).toString(),
    body_hash: message.body.hash().toString('base64'),
    msg_data:
      text === null
        ? { '@type': 'msg.dataRaw', body, init_state: '' }
        : { '@type': 'msg.dataText', text: Buffer.from(text).toString('base64') },
    message: text ?? body,
  };
}

async function estimateFee(network: TonNetwork, address: Address, given: Parameters): Promise<object> {
  const cellIn = (name: string): Cell | null => {
    const value = given[name];
    return typeof value === 'string' && value !== '' ? Cell.fromBase64(value) : null;
  };
  const [body, code, data] = [cellIn('body'), cellIn('init_code'), cellIn('init_data')];
  if (body === null) throw new RpcFailure(422, 'Incorrect body');
  const init = code === null || data === null ? null : { code, data };
  const message = external({ to: address, body, init });
  const transaction = await network.simulate(message, given['ignore_chksig'] === true);
  return { '@type': 'query.fees', source_fees: feesOf(transaction), destination_fees: [] };
}

function feesOf(transaction: Transaction): object {
  const { description, totalFees } = transaction;
  const isGeneric = description.type === 'generic';
  const gas = isGeneric && description.computePhase.type === 'vm' ? description.computePhase.gasFees : 0n;
  const action = isGeneric ? (description.actionPhase ?? null) : null;
  const storage = storageFeeOf(transaction);
  const inbound = totalFees.coins - storage - gas - (action?.totalActionFees ?? 0n);
  return {
    '@type': 'fees',
    in_fwd_fee: Number(inbound),
    storage_fee: Number(storage),
    gas_fee: Number(gas),
    fwd_fee: Number(action?.totalFwdFees ?? 0n),
  };
}
