/** The methods of CometBFT 0.38. Source: CometBFT, "RPC" (OpenAPI), and what cosmjs reads. */
import { createHash } from 'node:crypto';
import { fromBase64, fromHex, toBase64, toHex } from '@cosmjs/encoding';
import type { RpcMethods } from '../rpc/protocol';
import { RpcFailure } from '../rpc/rpc-failure';
import { idOf } from './decode';
import type { CosmosNetwork } from './network';
import { queries, QueryRefused } from './queries';
import { meets, parseQuery } from './search';
import type { IncludedTransaction } from './state';

type Parameters = Readonly<Record<string, unknown>>;

const PER_PAGE_DEFAULT = 30;
const PER_PAGE_MAX = 100;
const NO_HASH = '0'.repeat(64);
const NO_ADDRESS = '0'.repeat(40);

export function cometMethods(network: CosmosNetwork): RpcMethods {
  return {
    health: () => ({}),
    status: () => status(network),
    abci_query: (given) => abciQuery(network, given as Parameters),
    broadcast_tx_sync: async (given) => {
      const bytes = fromBase64(String((given as Parameters)['tx']));
      const refusal = await network.submit(bytes);
      const { code, log } = refusal ?? { code: 0, log: '' };
      return { code, data: '', log, codespace: code === 0 ? '' : 'sdk', hash: idOf(bytes) };
    },
    tx: (given) => {
      const hash = toHex(fromBase64(String((given as Parameters)['hash']))).toUpperCase();
      const found = network.state.transactions.get(hash);
      if (found === undefined || found.height > network.readHeight) {
        throw new RpcFailure(-32603, 'Internal error', `tx (${hash}) not found`);
      }
      return transactionAnswer(found);
    },
    tx_search: (given) => txSearch(network, given as Parameters),
    block: (given) => block(network, heightIn(network, given as Parameters)),
    block_results: (given) => blockResults(network, heightIn(network, given as Parameters)),
  };
}

/** @throws RpcFailure for a height that is not there yet. */
function heightIn(network: CosmosNetwork, { height }: Parameters): number {
  const newest = network.readHeight;
  const asked = height == null || height === '' || height === '0' ? newest : Number(height);
  if (asked > newest) {
    throw new RpcFailure(
      -32603,
      'Internal error',
      `height ${asked} must be less than or equal to the current blockchain height ${newest}`,
    );
  }
  return asked;
}

const timeText = (network: CosmosNetwork, height: number): string =>
  new Date(network.state.timeAt(height)).toISOString();

function status(network: CosmosNetwork): object {
  const height = network.readHeight;
  const { rules } = network.state;
  return {
    node_info: {
      protocol_version: { p2p: '8', block: '11', app: '0' },
      id: NO_ADDRESS,
      listen_addr: 'tcp://127.0.0.1:26656',
      network: rules.chainId,
      version: '0.38.25',
      channels: '',
      moniker: 'double',
      other: { tx_index: 'on', rpc_address: '' },
    },
    sync_info: {
      latest_block_hash: network.state.blockHash(height),
      latest_app_hash: NO_HASH,
      latest_block_height: String(height),
      latest_block_time: timeText(network, height),
      earliest_block_hash: network.state.blockHash(1),
      earliest_app_hash: NO_HASH,
      earliest_block_height: '1',
      earliest_block_time: timeText(network, 1),
      catching_up: false,
    },
    validator_info: {
      address: NO_ADDRESS,
      pub_key: { type: 'tendermint/PubKeyEd25519', value: toBase64(new Uint8Array(32)) },
      voting_power: '1',
    },
  };
}

function abciQuery(network: CosmosNetwork, { path, data, height }: Parameters): object {
  const at = heightIn(network, { height });
  const base = { info: '', index: '0', key: null, proofOps: null, height: String(at) };
  const query = Object.hasOwn(queries, String(path)) ? queries[String(path)] : undefined;
  try {
    if (query === undefined) throw new QueryRefused(6, `unknown query path: ${String(path)}: unknown request`);
    const value = query(network, fromHex(String(data)), at);
    return { response: { ...base, code: 0, log: '', value: toBase64(value), codespace: '' } };
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    return { response: { ...base, code: error.code, log: error.message, value: null, codespace: 'sdk' } };
  }
}

/** Oldest first unless asked otherwise, in pages. */
function txSearch(network: CosmosNetwork, given: Parameters): object {
  const conditions = parseQuery(String(given['query']));
  const newest = network.readHeight;
  const found = [...network.state.transactions.values()].filter(
    (one) => one.height <= newest && meets(one, conditions),
  );
  if (given['order_by'] === 'desc') found.reverse();
  const perPage = Math.min(Number(given['per_page'] ?? PER_PAGE_DEFAULT), PER_PAGE_MAX);
  const start = (Number(given['page'] ?? 1) - 1) * perPage;
  return { txs: found.slice(start, start + perPage).map(transactionAnswer), total_count: String(found.length) };
}

const transactionAnswer = ({ hash, bytes, height, index, result }: IncludedTransaction): object => ({
  hash,
  height: String(height),
  index,
  tx_result: resultAnswer(result),
  tx: bytes,
});

const resultAnswer = (result: IncludedTransaction['result']): object => ({
  code: result.code,
  data: null,
  log: result.log,
  info: '',
  gas_wanted: result.gasWanted.toString(),
  gas_used: result.gasUsed.toString(),
  events: result.events,
  codespace: result.codespace,
});

function blockId(network: CosmosNetwork, height: number): object {
  return height < 1
    ? { hash: '', parts: { total: 0, hash: '' } }
    : { hash: network.state.blockHash(height), parts: { total: 1, hash: NO_HASH } };
}

function block(network: CosmosNetwork, height: number): object {
  const transactions = network.state.transactionsAt(height);
  const data = createHash('sha256')
    .update(transactions.map(({ hash }) => hash).join())
    .digest('hex')
    .toUpperCase();
  return {
    block_id: blockId(network, height),
    block: {
      header: {
        version: { block: '11', app: '0' },
        chain_id: network.state.rules.chainId,
        height: String(height),
        time: timeText(network, height),
        last_block_id: blockId(network, height - 1),
        last_commit_hash: NO_HASH,
        data_hash: data,
        validators_hash: NO_HASH,
        next_validators_hash: NO_HASH,
        consensus_hash: NO_HASH,
        app_hash: NO_HASH,
        last_results_hash: NO_HASH,
        evidence_hash: NO_HASH,
        proposer_address: NO_ADDRESS,
      },
      data: { txs: transactions.map(({ bytes }) => bytes) },
      evidence: { evidence: [] },
      last_commit: { height: String(height - 1), round: 0, block_id: blockId(network, height - 1), signatures: [] },
    },
  };
}

const blockResults = (network: CosmosNetwork, height: number): object => ({
  height: String(height),
  txs_results: network.state.transactionsAt(height).map(({ result }) => resultAnswer(result)),
  finalize_block_events: [],
  validator_updates: [],
  consensus_param_updates: null,
});
