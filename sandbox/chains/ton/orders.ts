/** What a test may do to the network that no client can. */
import { Address, Cell, loadMessage } from '@ton/core';
import { z } from 'zod';
import type { Orders } from '../rpc/control';
import { JETTON_ADMIN, jettonMaster, mintMessage } from './jettons/deploy';
import type { TonNetwork } from './network';

const count = z.number().int().positive();
const units = z.string().regex(/^\d+$/);
const address = z.string().transform((text) => Address.parse(text));

const orders = {
  /** Blocks, of which the first includes what waits. A block takes a second. */
  mine: z.strictObject({ blocks: count.default(1) }),
  /** Lets seconds go by, so that signed messages run out. */
  advance: z.strictObject({ seconds: count }),
  /** Withdraws blocks. The real network does not do that: a drill. */
  reorg: z.strictObject({ depth: count }),
  /** Forgets a waiting message, by its normalized hash in hexadecimal. */
  drop: z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** The next external messages are taken and never included. */
  swallow: z.strictObject({ count: count.default(1) }),
  mining: z.strictObject({ mode: z.enum(['auto', 'manual']) }),
  delivery: z.strictObject({ mode: z.enum(['at_once', 'next_block']) }),
  /** Readers see the network as it was so many blocks ago; 0 heals. */
  fall_behind: z.strictObject({ blocks: z.number().int().nonnegative() }),
  /** Coins out of nowhere. */
  fund: z.strictObject({ address, nano: units }),
  /** Units of a jetton of ours out of nothing. The same name is the same jetton; a name is no symbol. */
  mint: z.strictObject({ name: z.string().min(1), owner: address, units }),
  /** Any internal message, as if it came from this account: forged notifications, bounces, mints. */
  deliver: z.strictObject({ boc: z.string(), from: address }),
};

/** The orders of the control surface, on this network. */
export function tonOrders(network: TonNetwork): Orders {
  const height = (): object => ({ height: network.state.heightAt(network.state.time), time: network.state.time });
  return {
    mine: async (body) => {
      await network.mine(orders.mine.parse(body).blocks);
      return height();
    },
    advance: async (body) => {
      await network.mine(orders.advance.parse(body).seconds);
      return height();
    },
    reorg: async (body) => {
      await network.reorganize(orders.reorg.parse(body).depth);
      return height();
    },
    drop: async (body) => ({ dropped: await network.drop(orders.drop.parse(body).hash) }),
    swallow: (body) => {
      network.swallowing += orders.swallow.parse(body).count;
    },
    mining: (body) => {
      network.mining = orders.mining.parse(body).mode;
    },
    delivery: (body) => {
      network.delivery = orders.delivery.parse(body).mode;
    },
    fall_behind: (body) => {
      network.lag = orders.fall_behind.parse(body).blocks;
    },
    fund: async (body) => {
      const order = orders.fund.parse(body);
      await network.grant(order.address, BigInt(order.nano));
    },
    mint: async (body) => {
      const { name, owner, units: minted } = orders.mint.parse(body);
      await network.deliver(mintMessage(name, owner, BigInt(minted)), JETTON_ADMIN);
      return { master: jettonMaster(name).address.toString() };
    },
    deliver: async (body) => {
      const order = orders.deliver.parse(body);
      await network.deliver(loadMessage(Cell.fromBase64(order.boc).beginParse()), order.from);
    },
  };
}
