/** The registry of signers: where keys come from. A key service is one file behind the port and one line here. */
import { readKeyFile } from './key-file';
import type { Signer } from './port';

/** What each source needs; the composition root fills it from the configuration. */
export interface SignersOptions {
  readonly file: { readonly path: string; /** Secret. */ readonly passphrase: string };
}

/** One line per source: how its signers are opened, by key id. */
export const signerSources = {
  file: ({ file }: SignersOptions): Promise<ReadonlyMap<string, Signer>> => readKeyFile(file.path, file.passphrase),
} satisfies Record<string, (options: SignersOptions) => Promise<ReadonlyMap<string, Signer>>>;
