/** Reads the parameters of JSON-RPC calls. A wrong one is refused as a node refuses it. */
import { type Address, isAddress } from '@solana/kit';
import { z } from 'zod';
import { RpcFailure } from '../rpc/rpc-failure';
import type { Commitment, SolanaNetwork } from './network';

const INVALID_PARAMS = -32602;
const MIN_CONTEXT_SLOT_NOT_REACHED = -32016;

/** Parses one parameter. @throws RpcFailure -32602. */
export function parameter<Schema extends z.ZodType>(schema: Schema, params: unknown, index: number): z.infer<Schema> {
  const parsed = schema.safeParse(Array.isArray(params) ? params[index] : undefined);
  if (parsed.success) return parsed.data;
  throw new RpcFailure(INVALID_PARAMS, `Invalid params: ${parsed.error.issues[0]?.message ?? 'unreadable'}.`);
}

export const addressParameter = (params: unknown, index: number): Address =>
  parameter(
    z.custom<Address>((value) => typeof value === 'string' && isAddress(value), 'Invalid param: WrongSize'),
    params,
    index,
  );

export const commitment = z.enum(['processed', 'confirmed', 'finalized']);

const position = z
  .object({ commitment: commitment.nullish(), minContextSlot: z.number().nullish() })
  .nullish()
  .transform((given) => given ?? {});

/**
 * The commitment that a call asks for; `finalized` without one, as at a node.
 * @throws RpcFailure -32016 while the endpoint has not reached the slot that the caller saw elsewhere.
 */
export function commitmentParameter(network: SolanaNetwork, params: unknown, index: number): Commitment {
  const given = parameter(position, params, index);
  const level = given.commitment ?? 'finalized';
  const contextSlot = network.slotAt(level);
  if (given.minContextSlot != null && given.minContextSlot > contextSlot) {
    throw new RpcFailure(MIN_CONTEXT_SLOT_NOT_REACHED, 'Minimum context slot has not been reached', { contextSlot });
  }
  return level;
}

/** A value with the slot at which it was true. */
export const inContext = (network: SolanaNetwork, level: Commitment, value: unknown): object => ({
  context: { apiVersion: '3.0.0', slot: network.slotAt(level) },
  value,
});
