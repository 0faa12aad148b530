/** The way of a request through the sandbox: key, faults, idempotency, parameters, execution, expansion, journal, reply. */
import type { Context, Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, Faults } from '../control/faults';
import type { RequestLog, SeenRequest } from '../control/request-log';
import { newId } from '../state/new-id';
import { API_VERSION, noCause, type World } from '../state/world';
import { docUrl } from '../payments/card-failure';
import { checkApiKey } from './authenticate';
import type { Call, Endpoint } from './endpoint';
import { checkExpandPaths, expand } from './expand';
import { Failure, internalError, keyInUse, lockTimeout, rateLimited } from './failure';
import { decodeForm, type FormObject } from './form';
import { requestIdentity, type IdempotencyKeys } from './idempotency';
import { hang, loseReply } from './lost-reply';
import { listOf, text } from './parameters';

export interface Pipeline {
  readonly world: World;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly idempotencyKeys: IdempotencyKeys;
  /** The only key that is accepted; null for any secret key of test mode. */
  readonly secretKey: string | null;
  /** Milliseconds added to every request. */
  latencyMs: number;
  /** Writes what changed to the journal and starts what follows from it. */
  commit(): void;
  reportDefect(error: unknown): void;
}

type RequestContext = Context<{ Bindings: HttpBindings }>;

/** The finished answer, before it is written to the socket. */
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** Puts an endpoint on the application. */
export function route(app: Hono<{ Bindings: HttpBindings }>, pipeline: Pipeline, served: Endpoint): void {
  app.on(served.method, served.path, (context) => handle(pipeline, served, context));
}

async function handle(pipeline: Pipeline, served: Endpoint, context: RequestContext): Promise<Response> {
  const seen = noteRequest(pipeline, context);
  const fault = pipeline.faults.take(seen.method, seen.path);
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Request-Id': seen.id,
    'Stripe-Version': seen.apiVersion ?? API_VERSION,
  };
  let answer: Answer;
  try {
    checkApiKey(context.req.header('authorization'), pipeline.secretKey);
    const early = fault === null ? null : await faultBefore(fault, context, seen);
    if (early !== null) return early;
    answer = await answerRequest(pipeline, served, context, { seen, fault, headers });
  } catch (error) {
    answer = answerFailure(pipeline, error, seen.id, headers);
  }
  seen.status = answer.status;
  if (fault?.moment === 'after' && fault.kind === 'lose_reply') return loseReply(context, seen);
  if (fault?.moment === 'after' && fault.kind === 'hang') return hang(seen);
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

function noteRequest(pipeline: Pipeline, context: RequestContext): SeenRequest {
  const seen: SeenRequest = {
    id: newId('req', 14),
    method: context.req.method,
    path: context.req.path,
    idempotencyKey: context.req.header('idempotency-key') ?? null,
    apiVersion: context.req.header('stripe-version') ?? null,
    at: Date.now(),
    status: null,
    isReplay: false,
    isLost: false,
  };
  pipeline.requests.add(seen);
  return seen;
}

/** Faults that keep the request from being executed. */
async function faultBefore(fault: Fault, context: RequestContext, seen: SeenRequest): Promise<Response | null> {
  if (fault.kind === 'rate_limit') throw rateLimited();
  if (fault.kind === 'lock_timeout') throw lockTimeout();
  if (fault.kind === 'conflict') throw keyInUse(seen.idempotencyKey ?? '');
  if (fault.kind === 'bad_gateway') {
    seen.status = 502;
    return new Response('<html><body>502 Bad Gateway</body></html>', {
      status: 502,
      headers: { 'Content-Type': 'text/html' },
    });
  }
  if (fault.moment === 'after') return null;
  if (fault.kind === 'error_500') throw internalError();
  if (fault.kind === 'lose_reply') return loseReply(context, seen);
  return fault.kind === 'hang' ? hang(seen) : null;
}

interface Received {
  readonly seen: SeenRequest;
  readonly fault: Fault | null;
  readonly headers: Record<string, string>;
}

async function answerRequest(
  pipeline: Pipeline,
  served: Endpoint,
  context: RequestContext,
  received: Received,
): Promise<Answer> {
  const { seen, fault, headers } = received;
  const encoded = served.method === 'POST' ? await context.req.text() : queryOf(context.req.url);
  const delayMs = pipeline.latencyMs + (fault?.kind === 'latency' ? fault.delayMs : 0);
  if (served.method !== 'POST') {
    if (delayMs > 0) await wait(delayMs);
    return executeAnswer(pipeline, served, context, encoded, received);
  }
  headers['Stripe-Should-Retry'] = 'false';
  const key = seen.idempotencyKey;
  if (key === null) {
    if (delayMs > 0) await wait(delayMs);
    return executeAnswer(pipeline, served, context, encoded, received);
  }
  headers['Idempotency-Key'] = key;
  const identity = requestIdentity(seen.method, seen.path, encoded);
  const saved = pipeline.idempotencyKeys.claim(key, identity);
  if (saved !== null) {
    seen.isReplay = true;
    const replayed = { ...headers, 'Original-Request': saved.requestId, 'Idempotent-Replayed': 'true' };
    return { status: saved.status, body: saved.body, headers: replayed };
  }
  try {
    if (delayMs > 0) await wait(delayMs);
    headers['Original-Request'] = seen.id;
    return executeAnswer(pipeline, served, context, encoded, { ...received, identity });
  } finally {
    pipeline.idempotencyKeys.release(key);
  }
}

function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}

/** Executes without a pause, keeps the answer under its key in the same journal line, and commits. */
function executeAnswer(
  pipeline: Pipeline,
  served: Endpoint,
  context: RequestContext,
  encoded: string,
  received: Received & { identity?: string },
): Answer {
  const { seen, fault, headers, identity } = received;
  const { world } = pipeline;
  world.cause = { id: seen.id, idempotency_key: seen.idempotencyKey };
  let answer: Answer;
  let isKept = true;
  try {
    const body = execute(world, served, context, encoded);
    if (fault?.kind === 'error_500' && fault.moment === 'after') throw internalError();
    answer = { status: 200, body, headers };
  } catch (error) {
    isKept = !(error instanceof Failure && error.isValidation);
    answer = answerFailure(pipeline, error, seen.id, headers);
  } finally {
    world.cause = noCause;
  }
  if (isKept && identity !== undefined && seen.idempotencyKey !== null) {
    const { status, body } = answer;
    world.savedAnswers.add({ id: seen.idempotencyKey, request: identity, requestId: seen.id, status, body });
  }
  pipeline.commit();
  return answer;
}

const expandField = listOf(text);

function execute(world: World, served: Endpoint, context: RequestContext, encoded: string): string {
  const { expand: expandGiven, ...form } = decodeForm(encoded);
  const paths = expandGiven === undefined ? [] : expandField.read(expandGiven, 'expand');
  checkExpandPaths(paths);
  const call: Omit<Call<unknown>, 'parameters'> = {
    world,
    id: context.req.param('id') ?? '',
    innerId: context.req.param('innerId') ?? '',
    apiVersion: context.req.header('stripe-version') ?? null,
  };
  const run = served.prepare(form as FormObject, call);
  const result = run();
  return JSON.stringify(paths.length === 0 ? result : expand(world, result, paths));
}

function answerFailure(pipeline: Pipeline, error: unknown, requestId: string, headers: Record<string, string>): Answer {
  if (!(error instanceof Failure)) pipeline.reportDefect(error);
  const failure = error instanceof Failure ? error : internalError();
  const { code } = failure.body;
  const log = `https://dashboard.stripe.com/test/logs/${requestId}`;
  const body = { ...failure.body, ...(code === undefined ? {} : { doc_url: docUrl(code) }), request_log_url: log };
  return { status: failure.status, body: JSON.stringify({ error: body }), headers: { ...headers, ...failure.headers } };
}
