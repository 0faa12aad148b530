/** What a run of the program is asked to do. */

export const usage = `npm run catalogue -- plan <folder>      shows what would change on the engine
npm run catalogue -- apply <folder>     makes it so
npm run catalogue -- schemas            writes docs/schemas/ anew
  --url URL      where the engine is; else PERENNIAL_URL, else the one of npm start
  --key KEY      a key of the tenant with the scope write; else PERENNIAL_API_KEY, else the one of the demo
  --dry-run      with apply: as plan`;

export type CatalogueOptions =
  | { readonly command: 'schemas' }
  | {
      readonly command: 'plan' | 'apply';
      readonly folder: string;
      readonly url: string | null;
      readonly key: string | null;
    };

interface Words {
  readonly plain: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

function readWords(args: readonly string[]): Words {
  const plain: string[] = [];
  const flags = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('--')) plain.push(word);
    else if (word === '--dry-run') flags.set('dry-run', '');
    else if (word === '--url' || word === '--key') flags.set(word.slice(2), args[++at] ?? '');
    else throw new Error(`${word} is not known.\n${usage}`);
  }
  return { plain, flags };
}

/** Reads the command line. @throws with the usage when it is not understood */
export function parseOptions(args: readonly string[]): CatalogueOptions {
  const { plain, flags } = readWords(args);
  const [command, folder, ...more] = plain;
  if (command === 'schemas' && folder === undefined) return { command };
  if ((command !== 'plan' && command !== 'apply') || folder === undefined || more.length > 0) throw new Error(usage);
  const [url, key] = [flags.get('url'), flags.get('key')];
  if (url === '' || key === '') throw new Error(`--url and --key take a value.\n${usage}`);
  return { command: flags.has('dry-run') ? 'plan' : command, folder, url: url ?? null, key: key ?? null };
}
