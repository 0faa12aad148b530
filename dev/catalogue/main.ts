/** npm run catalogue: brings a running engine to what the files of a catalogue say. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { jsonSchemas } from '../../api/catalogue/json-schemas';
import { createApiClient } from '../api-client';
import { type CatalogueOptions, parseOptions } from './options';
import { runCatalogue } from './run';

const projectFolder = path.resolve(__dirname, '../..');

interface Address {
  readonly url: string;
  readonly key: string;
}

/** The engine of `npm start` and the key of its demo, if it runs here. */
function localEngine(): Partial<Address> {
  try {
    const text = readFileSync(path.join(projectFolder, '.perennial/stack.json'), 'utf8');
    const { apiUrl, demoApiKey } = JSON.parse(text) as { apiUrl?: string; demoApiKey?: string };
    return {
      ...(apiUrl === undefined ? {} : { url: apiUrl }),
      ...(demoApiKey === undefined ? {} : { key: demoApiKey }),
    };
  } catch {
    return {};
  }
}

function addressOf({ url, key }: { readonly url: string | null; readonly key: string | null }): Address {
  const local = localEngine();
  const at = url ?? process.env['PERENNIAL_URL'] ?? local.url;
  const by = key ?? process.env['PERENNIAL_API_KEY'] ?? local.key;
  if (at === undefined) throw new Error('No engine: give --url or PERENNIAL_URL, or start one with npm start.');
  if (by === undefined) throw new Error('No key: give --key or PERENNIAL_API_KEY.');
  return { url: at.replace(/\/+$/, '').replace(/\/api\/v1$/, ''), key: by };
}

function writeSchemas(): number {
  const folder = path.join(projectFolder, 'docs/schemas');
  mkdirSync(folder, { recursive: true });
  for (const [name, schema] of Object.entries(jsonSchemas))
    writeFileSync(path.join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
  return 0;
}

async function run(options: CatalogueOptions): Promise<number> {
  if (options.command === 'schemas') return writeSchemas();
  const { url, key } = addressOf(options);
  console.log(`${options.folder} → ${url}`);
  return runCatalogue({
    folder: path.resolve(options.folder),
    api: createApiClient({ baseUrl: `${url}/api/v1`, apiKey: key }),
    apply: options.command === 'apply',
    say: (line) => console.log(line),
  });
}

/** What `fetch` throws when nothing listens says so only in its cause. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message;
}

async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(parseOptions(args));
  } catch (error) {
    console.error(sentenceOf(error));
    return 2;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
