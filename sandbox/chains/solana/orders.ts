/** What a test may tell the network, each a POST under `/_sandbox`. */
import { type Address, isAddress } from '@solana/kit';
import { z } from 'zod';
import type { Orders } from '../rpc/control';
import type { Faucet } from './faucet';
import type { SolanaNetwork } from './network';

const address = z.custom<Address>((value) => typeof value === 'string' && isAddress(value), 'not an address');
const amount = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt);
const count = z.number().int().positive().max(100_000);

const mineOrder = z.strictObject({ slots: count.default(1), /** Epoch milliseconds. */ at: z.number().optional() });

export function orders(network: SolanaNetwork, faucet: Faucet, market: { priorityFee: number }): Orders {
  const position = (): object => ({ slot: network.tip, height: network.heightOf(network.tip) });
  return {
    mine: (body) => {
      const { slots, at } = mineOrder.parse(body);
      network.mine(slots, at);
      return position();
    },
    reorg: (body) => {
      network.reorganize(z.strictObject({ depth: count }).parse(body).depth);
      return position();
    },
    drop: (body) => ({ dropped: network.drop(z.strictObject({ id: z.string() }).parse(body).id) }),
    /** The endpoint takes the next transactions and forgets them. */
    swallow: (body) => {
      network.swallowing = z.strictObject({ count: count.default(1) }).parse(body).count;
    },
    /** The endpoint shows the chain as it was so many slots ago; 0 heals it. */
    fall_behind: (body) => {
      network.behind = z.strictObject({ slots: z.number().int().nonnegative() }).parse(body).slots;
    },
    /** Micro-lamports per compute unit that the last slots took. */
    priority_fee: (body) => {
      market.priorityFee = z
        .strictObject({ micro_lamports: z.number().int().nonnegative() })
        .parse(body).micro_lamports;
    },
    fund: async (body) => {
      const { to, lamports } = z.strictObject({ to: address, lamports: amount }).parse(body);
      return { signature: await faucet.fund(to, lamports) };
    },
    mint: async (body) => {
      const order = z.strictObject({ name: z.string().min(1), decimals: z.number().int().min(0).max(18) }).parse(body);
      return { mint: await faucet.mintOf(order.name, order.decimals) };
    },
    credit: async (body) => {
      const order = z.strictObject({ mint: address, owner: address, amount }).parse(body);
      return { signature: await faucet.credit(order.mint, order.owner, order.amount) };
    },
    freeze: async (body) => {
      const order = z.strictObject({ mint: address, owner: address }).parse(body);
      return { signature: await faucet.freeze(order.mint, order.owner) };
    },
  };
}
