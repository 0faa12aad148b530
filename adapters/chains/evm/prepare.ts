/** Builds a payout: one transaction of type 2 (EIP-1559) with a number that the caller allocated. */
import {
  type Address,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  type Hex,
  numberToHex,
  serializeTransaction,
} from 'viem';
import { ChainRefusedRequest, type Payout, type Preparation, type PrepareRequest } from '../port';
import { checkEvmAddress } from './addresses';
import { type Contract, coinOf, contractOf } from './assets';
import { readEvmBalance } from './balance';
import { readGasPrice } from './fees';
import { type EvmNetwork, failureOf, nodeErrorOf } from './network';

interface Call {
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
  readonly data: Hex;
}

function callOf(from: Address, to: Address, amount: bigint, contract: Contract): Call {
  if (contract === null) return { from, to, value: amount, data: '0x' };
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] });
  return { from, to: contract, value: 0n, data };
}

const refuses = (reason: string): Preparation => ({ kind: 'destination_refuses', payout: 0, reason });

const lacks = (asset: string, needed: bigint, held: bigint): Preparation => ({
  kind: 'insufficient_funds',
  asset,
  needed: needed.toString(),
  held: held.toString(),
});

/** A plain transfer of the coin to an account takes exactly this (Yellow Paper, G_transaction). */
const plainGas = 21_000n;
/** Contracts may do more work by the time that it is included. */
const withRoom = (gas: bigint): bigint => (gas === plainGas ? gas : (gas * 5n + 3n) / 4n);

/** An answer of 32 zero bytes: tokens from before ERC-20's final text say no this way, without an error. */
const saysNo = (answer: Hex): boolean => answer.length === 66 && BigInt(answer) === 0n;

/** Gas of a call, or why the destination does not take it. @throws as the network. */
async function tryCall(network: EvmNetwork, { from, to, value, data }: Call): Promise<bigint | string> {
  const call = { from, to, data, value: numberToHex(value) };
  try {
    const answer: Hex = await network.requestRaw({ method: 'eth_call', params: [call, 'latest'] });
    if (data !== '0x' && saysNo(answer)) return 'the token refuses the transfer';
    return withRoom(BigInt(await network.requestRaw({ method: 'eth_estimateGas', params: [call] })));
  } catch (error) {
    const node = nodeErrorOf(error);
    if (node !== null && /revert|invalid opcode|out of gas|gas required exceeds/i.test(node.message))
      return node.message;
    throw failureOf(network.id, error);
  }
}

/** The one payout and the number, or a fault of the caller. */
function parts({ payouts, order, replaces }: PrepareRequest, chain: EvmNetwork['id']) {
  const [payout, ...more] = payouts;
  if (payout === undefined || more.length > 0) {
    throw new ChainRefusedRequest(chain, 'payouts', 'A transaction pays one destination.');
  }
  if (order.number === null) throw new ChainRefusedRequest(chain, 'order', 'A transaction needs a number.');
  if (replaces !== null && replaces.order.number !== order.number) {
    throw new ChainRefusedRequest(chain, 'order', 'A replacement carries the number of what it replaces.');
  }
  return { payout, nonce: order.number };
}

/** What stands against the destination without asking the chain. */
function obstacleOf({ to }: Payout, contract: Contract): string | null {
  const check = checkEvmAddress(to);
  if (check.kind === 'invalid') return `the address ${check.reason}`;
  return check.address === contract ? 'the address is the token itself' : null;
}

/**
 * @throws ChainRefusedRequest `unknown_asset`, `payouts`, `order`; ChainUnavailable.
 */
export async function prepareEvmPayout(network: EvmNetwork, request: PrepareRequest): Promise<Preparation> {
  const { payout, nonce } = parts(request, network.id);
  const contract = contractOf(network.id, payout.asset);
  const obstacle = obstacleOf(payout, contract);
  if (obstacle !== null) return refuses(obstacle);
  const from = getAddress(request.from);
  const amount = BigInt(payout.amount);
  const held = await readEvmBalance(network, from, contract);
  if (held < amount) return lacks(payout.asset, amount, held);
  const call = callOf(from, getAddress(payout.to), amount, contract);
  const gas = await tryCall(network, call);
  if (typeof gas === 'string') return refuses(gas);

  const { needed, wished } = await readGasPrice(network, request.replaces);
  const feeMax = BigInt(request.feeMax);
  const feeNeeded = gas * needed.maxFeePerGas;
  if (feeNeeded > feeMax) return { kind: 'fee_above_cap', fee: feeNeeded.toString() };
  const affordable = feeMax / gas;
  const price = wished.maxFeePerGas <= affordable ? wished : { ...wished, maxFeePerGas: affordable };
  const fee = gas * price.maxFeePerGas;
  const coinHeld = contract === null ? held : await readEvmBalance(network, from, null);
  const coinNeeded = call.value + fee;
  if (coinHeld < coinNeeded) return lacks(coinOf(network.id), coinNeeded, coinHeld);

  const { to, value, data } = call;
  const unsigned = serializeTransaction({
    type: 'eip1559',
    chainId: network.chainId,
    ...{ nonce, to, value, data, gas },
    ...price,
  });
  const { payouts, order, child } = request;
  return {
    kind: 'prepared',
    transaction: {
      ...{ chain: network.id, from, unsigned, order, payouts, fee: fee.toString() },
      ...(child === undefined ? {} : { child }),
    },
  };
}
