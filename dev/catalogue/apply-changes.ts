/** Carries changes out over HTTP, in their order; whatever is repeated after a crash finds what was made, and makes the rest. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { CatalogueKind } from '../../api/catalogue/file-types';
import { ApiProblem, type ApiAnswer, type ApiClient } from '../api-client';
import type { EngineState } from './engine';
import type { EngineThing, IdOf } from './kind';
import { kindNamed } from './kinds';
import { type Change, versionOf } from './plan-changes';

interface Request {
  readonly path: string;
  readonly body: object;
  readonly idempotencyKey: string;
}

/** The same thing at the same version with the same content is the same request, whoever sends it and whenever. */
function keyOf({ kind, key, thing }: Change, body: object): string {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 32);
  return `catalogue-${kind}-${key}-${(versionOf(thing) ?? 0) + 1}-${hash}`;
}

const accepted = <T>(answer: ApiAnswer<T>, request: string): T => {
  if (answer.status < 400) return answer.body;
  throw new ApiProblem(answer.status, answer.body as object, request);
};

/** How often a request is sent that the engine is not ready for: a minute and more, whatever it says of the time to wait. */
const triesMax = 60;

/** Not yet: somebody else sends the same request at this moment, too many come, or a part is down. */
const isLater = ({ status, headers }: ApiAnswer): boolean => status >= 400 && headers.has('retry-after');

async function sendWhenReady<T>(send: () => Promise<ApiAnswer<T>>): Promise<ApiAnswer<T>> {
  for (let tries = 1; ; tries++) {
    const answer = await send();
    if (!isLater(answer as ApiAnswer) || tries === triesMax) return answer;
    await setTimeout(Number(answer.headers.get('retry-after') ?? '1') * 1000);
  }
}

/**
 * A refusal is remembered by its key, although what it complained of (a thing that was missing) may be there by now: then the request is
 * sent again under a key of its own. Codes are unique, and versions are read before, so nothing is made twice.
 */
async function post(api: ApiClient, { path, body, idempotencyKey }: Request): Promise<EngineThing> {
  const send = (key: string) =>
    sendWhenReady(() => api.send<EngineThing>('POST', path, body, { 'idempotency-key': key }));
  const first = await send(idempotencyKey);
  const isOld = first.status >= 400 && first.headers.get('idempotent-replayed') === 'true';
  return accepted(isOld ? await send(`${idempotencyKey}-${randomUUID()}`) : first, `POST ${path}`);
}

/** Makes the parts that are not there yet; answers the thing. */
async function addParts(api: ApiClient, change: Change, thing: EngineThing): Promise<EngineThing> {
  const { path, parts } = kindNamed(change.kind);
  if (parts === undefined || change.file === null) return thing;
  const there = (change.thing?.[parts.path] ?? []) as readonly string[];
  for (const part of parts.of(change.file.content).filter((name) => !there.includes(name))) {
    const body = parts.body(part);
    const idempotencyKey = keyOf(change, { of: thing.id, ...body });
    await post(api, { path: `${path}/${thing.id}/${parts.path}`, body, idempotencyKey });
  }
  return thing;
}

async function carryOut(api: ApiClient, change: Change, idOf: IdOf): Promise<EngineThing | null> {
  const { action, file, thing } = change;
  if (file === null) return null;
  const kind = kindNamed(change.kind);
  const { fixed, open } = kind.body(file.content, idOf);
  if (action === 'add') {
    const body = { ...fixed, ...open };
    const made = await post(api, { path: kind.path, body, idempotencyKey: keyOf(change, body) });
    return addParts(api, change, made);
  }
  if (action === 'version') {
    const path = `${kind.path}/${thing?.id}/versions`;
    return post(api, { path, body: open, idempotencyKey: keyOf(change, open) });
  }
  if (action !== 'change' || thing === null) return null;
  if (kind.changes === 'by parts') return addParts(api, change, thing);
  const path = `${kind.path}/${thing.id}`;
  return accepted(await sendWhenReady(() => api.send<EngineThing>('PATCH', path, open)), `PATCH ${path}`);
}

/**
 * Makes the changes. `done` hears of each as it is made.
 * @throws ApiProblem at the first that the engine refuses; those before it stand, and the next run goes on from there.
 */
export async function applyChanges(
  api: ApiClient,
  changes: readonly Change[],
  state: EngineState,
  done: (change: Change, thing: EngineThing) => void,
): Promise<void> {
  const made = new Map<string, string>();
  const nameOf = (kind: CatalogueKind, key: string) => `${kind} ${key}`;
  const idOf: IdOf = (kind, key) => {
    const id = made.get(nameOf(kind, key)) ?? state.get(kind)?.get(key)?.id;
    if (id === undefined) throw new Error(`The ${kind} ${key} is not there.`);
    return id;
  };
  for (const change of changes) {
    const thing = await carryOut(api, change, idOf);
    if (thing === null) continue;
    made.set(nameOf(change.kind, change.key), thing.id);
    done(change, thing);
  }
}
