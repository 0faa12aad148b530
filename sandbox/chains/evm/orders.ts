/** What can be ordered of the EVM double beside the faults of all doubles: blocks, reorgs, money out of nothing, and tokens. */
import { numberToHex } from 'viem';
import { z } from 'zod';
import type { Orders } from '../rpc/control';
import type { Mood } from './methods';
import type { Ask } from './node';
import { balanceSlot, blockedSlot, tokenCode } from './token';

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const hash = z.string().regex(/^0x[0-9a-fA-F]{64}$/);
const units = z
  .string()
  .regex(/^(0|[1-9]\d*)$/)
  .transform(BigInt);
const count = z.number().int().positive();

/** Raw bytes, and the place of their block among those that come in the place of the withdrawn ones, from 0. */
const placed = z.tuple([z.string().regex(/^0x[0-9a-fA-F]+$/), z.number().int().nonnegative()]);

const forms = {
  mine: z.strictObject({ blocks: count.default(1) }),
  reorg: z.strictObject({ depth: count, include: z.array(placed).default([]) }),
  drop: z.strictObject({ id: hash }),
  swallow: z.strictObject({ transactions: z.number().int().nonnegative().default(1) }),
  fallBehind: z.strictObject({ blocks: z.number().int().nonnegative() }),
  baseFee: z.strictObject({ wei: units }),
  fund: z.strictObject({ address, amount: units }),
  token: z.strictObject({ symbol: z.string().min(1).max(31), decimals: z.number().int().min(0).max(36) }),
  mint: z.strictObject({ token: address, address, amount: units }),
  block: z.strictObject({ token: address, address }),
};

interface Receipt {
  readonly status: string;
  readonly contractAddress: string | null;
}

/** Sends code from anvil's own account, in a block of its own, and answers the contract's address. */
async function deploy(ask: Ask, data: string): Promise<string> {
  const [from] = await ask<string[]>('eth_accounts', []);
  const id = await ask<string>('eth_sendTransaction', [{ from, gas: numberToHex(2_000_000), data }]);
  await ask('anvil_mine', [numberToHex(1)]);
  const receipt = await ask<Receipt | null>('eth_getTransactionReceipt', [id]);
  if (receipt?.status !== '0x1' || receipt.contractAddress === null) throw new Error('The token did not deploy.');
  return receipt.contractAddress;
}

/** Adds to a number that the chain keeps: read, and written back larger, with no transaction that anybody could take for a payment. */
async function addTo(
  ask: Ask,
  read: readonly [string, unknown[]],
  write: (sum: bigint) => Promise<unknown>,
  amount: bigint,
) {
  await write(BigInt(await ask<string>(...read)) + amount);
}

const slotOf = (slot: bigint): string => numberToHex(slot, { size: 32 });

/** The orders over a node. */
export function evmOrders(ask: Ask, mood: Mood, blocksUntilSafe: number): Orders {
  return {
    /** Includes all that waits, by fee, and makes further empty blocks. */
    mine: (body) => ask('anvil_mine', [numberToHex(forms.mine.parse(body).blocks)]),
    /** Makes blocks until all of now is `finalized`. */
    finalize: () => ask('anvil_mine', [numberToHex(2 * blocksUntilSafe + 1)]),
    /** Puts other blocks in the place of the newest: empty, but for what is to be included. Their transactions are lost. */
    reorg: (body) => {
      const { depth, include } = forms.reorg.parse(body);
      return ask('anvil_reorg', [depth, include]);
    },
    drop: (body) => ask('anvil_dropTransaction', [forms.drop.parse(body).id]),
    swallow: (body) => {
      mood.swallows = forms.swallow.parse(body).transactions;
    },
    fall_behind: (body) => {
      mood.lag = forms.fallBehind.parse(body).blocks;
    },
    base_fee: (body) => ask('anvil_setNextBlockBaseFeePerGas', [numberToHex(forms.baseFee.parse(body).wei)]),
    fund: async (body) => {
      const { address: who, amount } = forms.fund.parse(body);
      const write = (sum: bigint) => ask('anvil_setBalance', [who, numberToHex(sum)]);
      await addTo(ask, ['eth_getBalance', [who, 'latest']], write, amount);
    },
    token: async (body) => {
      const { symbol, decimals } = forms.token.parse(body);
      return { address: await deploy(ask, tokenCode(symbol, decimals)) };
    },
    mint: async (body) => {
      const { token, address: who, amount } = forms.mint.parse(body);
      const slot = slotOf(balanceSlot(who));
      const write = (sum: bigint) => ask('anvil_setStorageAt', [token, slot, slotOf(sum)]);
      await addTo(ask, ['eth_getStorageAt', [token, slot, 'latest']], write, amount);
    },
    /** From now on the token cannot be sent to this address. */
    block: (body) => {
      const { token, address: who } = forms.block.parse(body);
      return ask('anvil_setStorageAt', [token, slotOf(blockedSlot(who)), slotOf(1n)]);
    },
  };
}
