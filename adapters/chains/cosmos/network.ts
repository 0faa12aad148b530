/** What the parts of the adapter share. */
import type { ChainConnection } from '../connection';
import { CosmosEndpoint } from './endpoint';
import { type CosmosChainFacts, factsOf } from './networks';

export interface CosmosNetwork {
  readonly facts: CosmosChainFacts;
  readonly endpoint: CosmosEndpoint;
}

/** @throws ChainRefusedRequest `unknown_chain`. */
export function cosmosNetwork(connection: ChainConnection): CosmosNetwork {
  const facts = factsOf(connection.id);
  return { facts, endpoint: new CosmosEndpoint(connection, facts.chainId) };
}
