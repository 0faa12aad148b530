import { type Address, encodeFunctionData, erc20Abi, type Hex } from 'viem';
import { ChainUnavailable } from '../port';
import { type Contract } from './assets';
import type { EvmNetwork } from './network';

/** What an address holds at the newest block, base units. */
export async function readEvmBalance(network: EvmNetwork, address: Address, contract: Contract): Promise<bigint> {
  if (contract === null) {
    return BigInt(await network.request({ method: 'eth_getBalance', params: [address, 'latest'] }));
  }
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'balanceOf', args: [address] });
  const answer: Hex = await network.request({ method: 'eth_call', params: [{ to: contract, data }, 'latest'] });
  // No code at the address answers nothing: an endpoint of another network, or a contract that is gone.
  if (answer.length < 66) throw new ChainUnavailable(network.id, `There is no token at ${contract}.`);
  return BigInt(answer.slice(0, 66));
}
