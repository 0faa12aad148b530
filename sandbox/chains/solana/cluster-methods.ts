/** How far the chain is, its blocks, its blockhashes and its fees. */
import { getBase64Encoder, getCompiledTransactionMessageDecoder } from '@solana/kit';
import { z } from 'zod';
import { RpcFailure } from '../rpc/rpc-failure';
import type { RpcMethods } from '../rpc/protocol';
import { BLOCKHASH_SLOTS, type SolanaNetwork } from './network';
import { commitmentParameter, inContext, parameter } from './rpc-parameters';
import { transactionJson } from './transaction-json';

const SLOT_SKIPPED = -32007;
const NODE_BEHIND = -32005;
const LAMPORTS_PER_SIGNATURE = 5_000;
const SLOTS_PER_EPOCH = 432_000;
/** How many slots a node reports fees of. */
const FEE_SLOTS = 150;

const blockOptions = z
  .object({ transactionDetails: z.enum(['none', 'signatures', 'full']).nullish() })
  .nullish()
  .transform((given) => given?.transactionDetails ?? 'full');

export function clusterMethods(network: SolanaNetwork, market: { priorityFee: number }): RpcMethods {
  const height = (params: unknown): number => network.heightOf(network.slotAt(commitmentParameter(network, params, 0)));
  return {
    getHealth: () => {
      if (network.behind === 0) return 'ok';
      throw new RpcFailure(NODE_BEHIND, `Node is behind by ${network.behind} slots`, {
        numSlotsBehind: network.behind,
      });
    },
    getVersion: () => ({ 'solana-core': '3.0.0', 'feature-set': 0 }),
    getGenesisHash: () => network.genesisHash,
    getSlot: (params) => network.slotAt(commitmentParameter(network, params, 0)),
    getBlockHeight: height,
    getEpochInfo: (params) => {
      const absoluteSlot = network.slotAt(commitmentParameter(network, params, 0));
      return {
        absoluteSlot,
        blockHeight: network.heightOf(absoluteSlot),
        epoch: Math.floor(absoluteSlot / SLOTS_PER_EPOCH),
        slotIndex: absoluteSlot % SLOTS_PER_EPOCH,
        slotsInEpoch: SLOTS_PER_EPOCH,
        transactionCount: network.landed.size,
      };
    },
    getLatestBlockhash: (params) => {
      const level = commitmentParameter(network, params, 0);
      const slot = network.slotAt(level);
      const lastValidBlockHeight = network.heightOf(slot) + BLOCKHASH_SLOTS;
      return inContext(network, level, { blockhash: network.blockhashOf(slot), lastValidBlockHeight });
    },
    isBlockhashValid: (params) => {
      const level = commitmentParameter(network, params, 1);
      return inContext(network, level, network.isFresh(parameter(z.string(), params, 0), network.slotAt(level)));
    },
    getBlockTime: (params) => {
      const slot = parameter(z.number().int(), params, 0);
      return slot > network.slotAt('processed') ? null : Math.floor(network.timeOf(slot) / 1_000);
    },
    getBlock: (params) => block(network, params),
    getRecentPrioritizationFees: () => {
      const tip = network.slotAt('processed');
      return Array.from({ length: FEE_SLOTS }, (_, back) => ({
        slot: tip - back,
        prioritizationFee: market.priorityFee,
      }));
    },
    getFeeForMessage: (params) => {
      const bytes = getBase64Encoder().encode(parameter(z.string(), params, 0));
      const { header } = getCompiledTransactionMessageDecoder().decode(bytes);
      return inContext(network, 'processed', LAMPORTS_PER_SIGNATURE * header.numSignerAccounts);
    },
    getMinimumBalanceForRentExemption: (params) =>
      network.machine.minimumBalance(parameter(z.number().int().nonnegative(), params, 0)),
  };
}

function block(network: SolanaNetwork, params: unknown): object | null {
  const slot = parameter(z.number().int(), params, 0);
  const details = parameter(blockOptions, params, 1);
  const level = commitmentParameter(network, params, 1);
  const blockhash = network.blockhashOf(slot);
  if (slot > network.slotAt(level)) return null;
  if (blockhash === null)
    throw new RpcFailure(SLOT_SKIPPED, `Slot ${slot} was skipped, or missing in long-term storage`);
  return {
    blockhash,
    previousBlockhash: network.blockhashOf(slot - 1) ?? network.genesisHash,
    parentSlot: slot - 1,
    blockHeight: network.heightOf(slot),
    blockTime: Math.floor(network.timeOf(slot) / 1_000),
    ...(details === 'none' ? {} : { signatures: network.inSlot(slot).map(({ message }) => message.signature) }),
    ...(details === 'full' ? { transactions: network.inSlot(slot).map((one) => transactionJson(network, one)) } : {}),
  };
}
