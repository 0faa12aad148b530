/**
 * The registry of chains. A new family is one folder behind the port and one line here; the conformance suite tests it. The SDK of a
 * family loads when the first chain of it is made, so a deployment pays only for the chains that it configured.
 */
import type { ChainConnection } from './connection';
import type { Chain } from './port';

/* eslint-disable @typescript-eslint/no-require-imports -- `import()` of a file needs its ending, which sources and the build do not share. */
/** One line per family, by the namespace of its CAIP-2 ids: how a chain of it is made. */
export const chainFamilies = {
  cosmos: (connection) => (require('./cosmos') as typeof import('./cosmos')).createCosmosChain(connection),
  eip155: (connection) => (require('./evm') as typeof import('./evm')).createEvmChain(connection),
  nockchain: (connection) => (require('./nockchain') as typeof import('./nockchain')).createNockchain(connection),
  solana: (connection) => (require('./solana') as typeof import('./solana')).createSolanaChain(connection),
  tvm: (connection) => (require('./ton') as typeof import('./ton')).createTonChain(connection),
} satisfies Record<string, (connection: ChainConnection) => Chain | Promise<Chain>>;
/* eslint-enable @typescript-eslint/no-require-imports */

export type ChainNamespace = keyof typeof chainFamilies;

const isNamespace = (value: string): value is ChainNamespace => Object.hasOwn(chainFamilies, value);

/**
 * Makes a chain, once per process and connection. Nothing is asked of its endpoint yet.
 * @throws Error for a namespace that the registry does not have: a wrong configuration.
 */
export async function createChain(connection: ChainConnection): Promise<Chain> {
  const [namespace = ''] = connection.id.split(':');
  if (!isNamespace(namespace)) {
    throw new Error(`No chain adapter for ${connection.id}; known: ${Object.keys(chainFamilies).join(', ')}.`);
  }
  return chainFamilies[namespace](connection);
}
