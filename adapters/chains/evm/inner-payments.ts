/**
 * Coins that a contract sends on: smart wallets and exchanges pay so. They are no transactions to the address; only a trace shows them
 * (`trace_filter`, `trace_transaction`: OpenEthereum's form, which Erigon, Nethermind, reth and most providers serve). Where the endpoint does not,
 * they show in the balance alone.
 */
import { type Address, type Hex, numberToHex } from 'viem';
import { ChainRefusedRequest } from '../port';
import { type EvmNetwork, failureOf, nodeErrorOf } from './network';
import type { Credit } from './receipts';

interface Trace {
  readonly type: string;
  /** Set on the call that failed, not on what was undone with it. */
  readonly error?: string | null;
  readonly traceAddress: readonly number[];
  readonly transactionHash: Hex | null;
  readonly action: {
    readonly callType?: string;
    readonly from: Address;
    readonly to?: Address | null;
    readonly value?: Hex;
  };
}

/** Indexes from here on are places in the trace of a transaction; below are its logs. */
export const innerIndexMin = 1_000_000;

/** viem types the methods of all nodes alone. */
type AnyRequest = (call: { readonly method: string; readonly params: readonly unknown[] }) => Promise<unknown>;

/** `delegatecall` and its like name a value that they do not move. */
const movesCoin = ({ type, traceAddress, action }: Trace): boolean =>
  type === 'call' && action.callType === 'call' && traceAddress.length > 0 && BigInt(action.value ?? 0) > 0n;

const isBelow = (above: Trace, below: Trace): boolean =>
  above.traceAddress.every((place, depth) => below.traceAddress[depth] === place);

/** A method that the endpoint does not serve, in the words of several providers. */
function isUnserved(network: EvmNetwork, error: unknown): boolean {
  const words = nodeErrorOf(error)?.message ?? '';
  const isRefused = failureOf(network.id, error) instanceof ChainRefusedRequest;
  return isRefused || /not (supported|available|found|exist)|unsupported|does not exist/i.test(words);
}

/** Networks whose endpoints were found not to trace, so that they are not asked again. */
const untraced = new WeakSet<EvmNetwork>();

/**
 * Transactions in which a contract sent coin to one of these addresses. None where the endpoint does not trace.
 * @throws ChainUnavailable
 */
export async function findInnerPayments(
  network: EvmNetwork,
  addresses: readonly Address[],
  from: number,
  to: number,
): Promise<readonly Hex[]> {
  if (untraced.has(network) || from > to) return [];
  const range = { fromBlock: numberToHex(from), toBlock: numberToHex(to), toAddress: addresses };
  try {
    const traces = await (network.requestRaw as AnyRequest)({ method: 'trace_filter', params: [range] });
    return ((traces ?? []) as Trace[]).filter(movesCoin).flatMap(({ transactionHash }) => transactionHash ?? []);
  } catch (error) {
    if (!isUnserved(network, error)) throw failureOf(network.id, error);
    untraced.add(network);
    return [];
  }
}

/** The credits that contracts made in a transaction: those of calls that were not undone. @throws ChainUnavailable */
export async function innerCredits(network: EvmNetwork, id: Hex): Promise<readonly Credit[]> {
  const answer = await (network.request as AnyRequest)({ method: 'trace_transaction', params: [id] });
  const traces = (answer ?? []) as Trace[];
  const failed = traces.filter(({ error }) => error != null);
  return traces.flatMap((trace, place) => {
    const { from, to, value = '0x0' } = trace.action;
    if (to == null || !movesCoin(trace) || failed.some((one) => isBelow(one, trace))) return [];
    return [{ index: innerIndexMin + place, to, sender: from, amount: BigInt(value) }];
  });
}
