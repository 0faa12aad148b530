/** What a running engine has of the kinds of a catalogue, read over HTTP. */
import type { CatalogueKind } from '../../api/catalogue/file-types';
import type { ApiClient } from '../api-client';
import type { AnyKind, EngineThing } from './kind';
import { kinds } from './kinds';

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

async function readParts(
  api: ApiClient,
  path: string,
  thing: EngineThing,
  parts: NonNullable<AnyKind['parts']>,
): Promise<string[]> {
  const list = await readAll(api, `${path}/${thing.id}/${parts.path}`);
  return list.map((part) => String(part[parts.identity]));
}

async function readKind(api: ApiClient, { path, identity, parts }: AnyKind): Promise<Map<string, EngineThing>> {
  const things = new Map<string, EngineThing>();
  for (const thing of await readAll(api, path)) {
    const name = thing[identity];
    if (typeof name !== 'string' || isArchived(thing)) continue;
    things.set(
      name,
      parts === undefined ? thing : { ...thing, [parts.path]: await readParts(api, path, thing, parts) },
    );
  }
  return things;
}

/** Reads all. Things without a code are nobody's in a catalogue. @throws ApiProblem */
export async function readEngine(api: ApiClient): Promise<EngineState> {
  const state = new Map<CatalogueKind, Map<string, EngineThing>>();
  for (const kind of kinds) state.set(kind.kind, await readKind(api, kind));
  return state;
}
