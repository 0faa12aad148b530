/** What a running engine has of the kinds of a catalogue, read over HTTP. */
import type { CatalogueKind } from '../../api/catalogue/file-types';
import type { ApiClient } from '../api-client';
import type { AnyKind, EngineThing } from './kind';
import { kinds } from './kinds';
import type { CatalogueFile } from './read-folder';

/** Things by kind and by code or key. */
export type EngineState = ReadonlyMap<CatalogueKind, ReadonlyMap<string, EngineThing>>;

interface Page {
  readonly data: readonly EngineThing[];
  readonly has_more: boolean;
}

/** The most that a page holds. */
const pageSize = 100;

async function readAll(api: ApiClient, path: string): Promise<EngineThing[]> {
  const things: EngineThing[] = [];
  for (let after = ''; ; after = `&starting_after=${things.at(-1)?.id}`) {
    const page: Page = await api.get<Page>(`${path}?limit=${pageSize}${after}`);
    things.push(...page.data);
    if (!page.has_more || page.data.length === 0) return things;
  }
}

const isArchived = (thing: EngineThing): boolean => (thing['archived_at'] ?? null) !== null;

async function readKind(api: ApiClient, { path, identity }: AnyKind): Promise<Map<string, EngineThing>> {
  const things = new Map<string, EngineThing>();
  for (const thing of await readAll(api, path)) {
    const name = thing[identity];
    if (typeof name === 'string' && !isArchived(thing)) things.set(name, thing);
  }
  return things;
}

/** The parts that a file names and the engine has. Only those are asked for: a campaign may have a million codes. */
async function readParts(api: ApiClient, kind: AnyKind, file: CatalogueFile, thing: EngineThing): Promise<EngineThing> {
  const { path, parts } = kind;
  if (parts === undefined) return thing;
  const there: string[] = [];
  for (const part of parts.of(file.content)) {
    const query = `${parts.identity}=${encodeURIComponent(part)}`;
    const { data } = await api.get<Page>(`${path}/${thing.id}/${parts.path}?${query}`);
    if (data.length > 0) there.push(part);
  }
  return { ...thing, [parts.path]: there };
}

/** Reads all, and of the things in the files their parts. Things without a code are nobody's in a catalogue. @throws ApiProblem */
export async function readEngine(api: ApiClient, files: readonly CatalogueFile[]): Promise<EngineState> {
  const state = new Map<CatalogueKind, Map<string, EngineThing>>();
  for (const kind of kinds) {
    const things = await readKind(api, kind);
    for (const file of files.filter((one) => one.kind === kind.kind)) {
      const thing = things.get(file.key);
      if (thing !== undefined) things.set(file.key, await readParts(api, kind, file, thing));
    }
    state.set(kind.kind, things);
  }
  return state;
}
