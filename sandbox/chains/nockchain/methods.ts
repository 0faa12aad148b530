/** The methods of the two services, over the simulated ledger. */
import type { RpcMethods } from '../rpc/protocol';
import { RpcFailure } from '../rpc/rpc-failure';
import { type Block, type Included, nameText, type NockchainNetwork } from './network';

/** gRPC status codes. */
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;

/** What a node gives at most in one page when nobody asks for less. */
const PAGE_DEFAULT = 100;

interface Page {
  readonly limit?: number;
  readonly token?: string;
}
interface Request {
  readonly first_name?: { readonly value: string } | null;
  readonly tx_id?: { readonly value: string } | null;
  readonly raw_tx?: { readonly jam: Uint8Array } | null;
  readonly height?: string;
  readonly selector?: string;
  readonly block_id?: { readonly value: string } | null;
  readonly page?: Page | null;
}

const seconds = (at: number): string => Math.floor(at / 1_000).toString();
const notFound = (what: string): object => ({ error: { code: NOT_FOUND, message: `${what} not found` } });

export function nockchainMethods(network: NockchainNetwork): RpcMethods {
  const id = (request: Request): string => request.tx_id?.value ?? '';
  const methods: Readonly<Record<string, (request: Request) => unknown>> = {
    WalletGetBalance: (request) => balance(network, request),
    WalletSendTransaction: ({ raw_tx: raw }) => {
      try {
        network.acknowledge(raw?.jam ?? new Uint8Array());
      } catch {
        throw new RpcFailure(INVALID_ARGUMENT, 'raw transaction cannot be read');
      }
      return { ack: {} };
    },
    TransactionAccepted: (request) => ({
      accepted: network.isWaiting(id(request)) || network.find(id(request)) !== null,
    }),
    GetBlocks: (request) => blocks(network, request.page ?? {}),
    GetBlockDetails: (request) => {
      const block = network.chain.find((one) =>
        request.selector === 'block_id' ? one.id === request.block_id?.value : one.height === Number(request.height),
      );
      return block === undefined ? notFound('block') : { details: entry(block) };
    },
    GetTransactionBlock: (request) => {
      const found = network.find(id(request));
      if (found !== null) return { block: entry(found.block) };
      return network.isWaiting(id(request)) ? { pending: {} } : notFound('transaction');
    },
    GetTransactionDetails: (request) => {
      const found = network.find(id(request));
      if (found !== null) return { details: details(found.block, found.transaction) };
      return network.isWaiting(id(request)) ? { pending: {} } : notFound('transaction');
    },
  };
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [name, (params: unknown) => method(params as Request)]),
  );
}

/** The selector by address finds only the notes of the first version of the chain, of which there are none here: as at a node. */
function balance(network: NockchainNetwork, request: Request): object {
  const { tip } = network;
  const notes = request.first_name == null ? [] : network.notesOf(request.first_name.value);
  const { slice, next } = paged(notes, request.page ?? {});
  return {
    balance: {
      notes: slice.map(({ name, assets, data, height }) => ({
        name,
        note: {
          name,
          assets: { value: assets.toString() },
          origin_page: { value: height.toString() },
          note_data: { entries: data },
        },
      })),
      height: { value: tip.height.toString() },
      block_id: { value: tip.id },
      page: { next_token: next },
    },
  };
}

/** Newest first. */
function blocks(network: NockchainNetwork, page: Page): object {
  const { slice, next } = paged([...network.chain].reverse(), page);
  return {
    blocks: { blocks: slice.map(entry), current_height: network.tip.height.toString(), page: { next_token: next } },
  };
}

function paged<Item>(items: readonly Item[], { limit, token }: Page): { slice: readonly Item[]; next: string } {
  const start = Number(token === undefined || token === '' ? 0 : token);
  const end = start + (limit === undefined || limit === 0 ? PAGE_DEFAULT : Math.min(limit, PAGE_DEFAULT));
  return { slice: items.slice(start, end), next: end < items.length ? end.toString() : '' };
}

/** The miner's coins are no transaction of the block's list. */
const entry = ({ id, height, parent, at, transactions }: Block): object => ({
  block_id: { value: id },
  height: height.toString(),
  parent: { value: parent },
  timestamp: seconds(at),
  tx_ids: transactions.filter(({ inputs }) => inputs.length > 0).map((one) => ({ value: one.id })),
});

const details = (block: Block, { id, inputs, outputs, fee }: Included): object => ({
  tx_id: id,
  block_id: { value: block.id },
  height: block.height.toString(),
  timestamp: seconds(block.at),
  fee: { value: fee.toString() },
  inputs: inputs.map((name) => ({ note_name_b58: nameText(name) })),
  outputs: outputs.map(({ name, assets }) => ({ note_name_b58: nameText(name), amount: { value: assets.toString() } })),
});
