/** What a test may do to the chain that no client can. */
import { z } from 'zod';
import type { Orders } from '../rpc/control';
import type { CosmosNetwork } from './network';

const count = z.number().int().positive();

const orders = {
  /** Blocks, of which the first includes what waits. */
  mine: z.strictObject({ blocks: count.default(1) }),
  /** Forgets a waiting transaction. */
  drop: z.strictObject({ id: z.string().regex(/^[0-9A-F]{64}$/) }),
  /** The next transactions are taken and never included. */
  swallow: z.strictObject({ count: count.default(1) }),
  mining: z.strictObject({ mode: z.enum(['auto', 'manual']) }),
  /** What nodes ask for a unit of gas, in 10^-6 of the fee's unit. */
  gas_price: z.strictObject({ micro: z.string().regex(/^\d+$/) }),
  /** Readers see the chain as it was so many blocks ago; 0 heals. */
  fall_behind: z.strictObject({ blocks: z.number().int().nonnegative() }),
  fund: z.strictObject({ address: z.string().min(1), denom: z.string().min(1), amount: z.string().regex(/^\d+$/) }),
};

/** The orders of the control surface, on this chain. */
export function cosmosOrders(network: CosmosNetwork): Orders {
  return {
    mine: async (body) => {
      await network.mine(orders.mine.parse(body).blocks);
      return { height: network.state.height };
    },
    drop: async (body) => ({ dropped: await network.drop(orders.drop.parse(body).id) }),
    swallow: (body) => {
      network.swallowing += orders.swallow.parse(body).count;
    },
    mining: (body) => {
      network.mining = orders.mining.parse(body).mode;
    },
    gas_price: (body) => {
      network.gasPriceMicro = BigInt(orders.gas_price.parse(body).micro);
    },
    fall_behind: (body) => {
      network.lag = orders.fall_behind.parse(body).blocks;
    },
    fund: async (body) => {
      const { address, denom, amount } = orders.fund.parse(body);
      await network.fund(address, denom, BigInt(amount));
    },
  };
}
