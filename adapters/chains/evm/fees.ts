/** What a transaction may cost by EIP-1559, and what one must offer that takes another's place. */
import { type Hex, parseTransaction } from 'viem';
import { ChainUnavailable, type PreparedTransaction } from '../port';
import type { EvmNetwork } from './network';

/** Both in wei for each unit of gas. */
export interface GasPrice {
  /** The most that is paid in all. */
  readonly maxFeePerGas: bigint;
  /** Of that, for who makes the block. */
  readonly maxPriorityFeePerGas: bigint;
}

export interface GasPriceOffer {
  /** What the next block asks for, at least. */
  readonly needed: GasPrice;
  /** What stands a rise of the base fee for six full blocks (1.125^6 > 2). */
  readonly wished: GasPrice;
}

/** 10 % are asked for by geth and most others for a transaction of the same number; one eighth is safe everywhere. */
const raised = (value: bigint): bigint => (value * 9n + 7n) / 8n;

const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other);

const atLeast = (price: GasPrice, least: GasPrice): GasPrice => ({
  maxFeePerGas: larger(price.maxFeePerGas, least.maxFeePerGas),
  maxPriorityFeePerGas: larger(price.maxPriorityFeePerGas, least.maxPriorityFeePerGas),
});

/** The price that a replacement of these unsigned bytes offers at least. */
function priceToReplace(prepared: PreparedTransaction): GasPrice {
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(prepared.unsigned as Hex);
  return { maxFeePerGas: raised(maxFeePerGas), maxPriorityFeePerGas: raised(maxPriorityFeePerGas) };
}

/** What the network asks for now; above what is replaced. */
export async function readGasPrice(network: EvmNetwork, replaces: PreparedTransaction | null): Promise<GasPriceOffer> {
  const block = await network.request({ method: 'eth_getBlockByNumber', params: ['latest', false] });
  if (block?.baseFeePerGas == null) throw new ChainUnavailable(network.id, 'The endpoint shows no base fee.');
  const base = BigInt(block.baseFeePerGas);
  const tip = BigInt(await network.request({ method: 'eth_maxPriorityFeePerGas' }));
  const least = replaces === null ? { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } : priceToReplace(replaces);
  return {
    needed: atLeast({ maxFeePerGas: base + tip, maxPriorityFeePerGas: tip }, least),
    wished: atLeast({ maxFeePerGas: 2n * base + tip, maxPriorityFeePerGas: tip }, least),
  };
}
