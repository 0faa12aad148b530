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

async function readKind(api: ApiClient, { path, identity }: AnyKind): Promise<Map<string, EngineThing>> {
  const things = new Map<string, EngineThing>();
  let after = '';
  for (;;) {
    const page: Page = await api.get<Page>(`${path}?limit=${pageSize}${after}`);
    for (const thing of page.data) if (typeof thing[identity] === 'string') things.set(thing[identity], thing);
    const last = page.data.at(-1);
    if (!page.has_more || last === undefined) return things;
    after = `&starting_after=${last.id}`;
  }
}

/** Reads all. Things without a code are nobody's in a catalogue. @throws ApiProblem */
export async function readEngine(api: ApiClient): Promise<EngineState> {
  const state = new Map<CatalogueKind, Map<string, EngineThing>>();
  for (const kind of kinds) state.set(kind.kind, await readKind(api, kind));
  return state;
}
