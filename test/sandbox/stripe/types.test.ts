/** Every answer of a broad tour has the shape that Stripe's own types, and its OpenAPI document, give it. */
import type { AnswerTypes, RequestTypes } from '../../support/stripe-types/answer-types';
import { createTypeWalker, type TypeWalker } from '../../support/stripe-types/type-walker';
import { loadOpenApi } from '../../support/stripe-types/openapi';
import { endpoints } from '../../../sandbox/stripe/endpoints';
import type { Shape } from '../../../sandbox/stripe/http/parameters';
import { startCase, type Answer, type SandboxCase } from './sandbox-case';
import { tour } from './tour';

const openApi = loadOpenApi();
let walker: TypeWalker;
let sandbox: SandboxCase;

beforeAll(async () => {
  walker = createTypeWalker();
  sandbox = await startCase();
  await tour(sandbox);
});
afterAll(() => sandbox.close());

interface Found {
  readonly request: string;
  readonly object: { readonly object?: unknown; readonly deleted?: unknown };
}

/** The objects of an answer: itself, a list's entries, and what an error or event embeds. */
function objectsOf({ request, body }: Answer): Found[] {
  const fields = body as Record<string, unknown>;
  if (fields['object'] === 'list') return (fields['data'] as unknown[]).flatMap((entry) => nested(request, entry));
  return nested(request, fields['error'] === undefined ? fields : null).concat(nestedInError(request, fields['error']));
}

function nested(request: string, value: unknown): Found[] {
  if (value === null || typeof value !== 'object') return [];
  const object = value as Record<string, unknown>;
  if (object['object'] !== 'event') return [{ request, object }];
  return nested(`${request} (${String(object['type'])})`, (object['data'] as { object: unknown }).object);
}

function nestedInError(request: string, error: unknown): Found[] {
  const { payment_intent, payment_method, setup_intent } = (error ?? {}) as Record<string, unknown>;
  return [payment_intent, payment_method, setup_intent].flatMap((embedded) => nested(`${request} (error)`, embedded));
}

function nameOf({ object }: Found): string {
  return object.deleted === true ? `deleted_${String(object.object)}` : String(object.object);
}

test('the sandbox itself never fails on the tour', () => {
  expect(sandbox.defects).toEqual([]);
});

test('the tour meets every resource', () => {
  const met = new Set(sandbox.answers.flatMap(objectsOf).map(nameOf));
  expect([...met].sort()).toEqual([...walker.answerTypes].sort());
});

test('every answer has the type that the official package gives it', () => {
  const faults = sandbox.answers
    .flatMap(objectsOf)
    .flatMap((found) =>
      walker.faults(found.object, nameOf(found) as keyof AnswerTypes).map((fault) => `${found.request}: ${fault}`),
    );
  expect([...new Set(faults)]).toEqual([]);
});

test('the walker sees a member that is missing, one too many and one of the wrong kind', () => {
  const answer = sandbox.answers.find(({ request }) => request === 'POST /v1/refunds')?.body as Record<string, unknown>;
  const { amount: _amount, ...rest } = answer;
  expect(walker.faults({ ...rest, charge: 7, colour: 'red' }, 'refund').sort()).toEqual([
    'refund.amount: missing',
    'refund.charge: not a string',
    'refund.colour: unexpected',
  ]);
});

const openApiTest = 'judge' in openApi ? test : test.skip;
openApiTest(
  `every answer has the schema of Stripe's OpenAPI document${'reason' in openApi ? ` (${openApi.reason})` : ''}`,
  () => {
    if (!('judge' in openApi)) return;
    const { judge } = openApi;
    const faults = sandbox.answers
      .flatMap(objectsOf)
      .flatMap((found) => judge.faults(found.object, nameOf(found)).map((fault) => `${found.request}: ${fault}`));
    expect([...new Set(faults)]).toEqual([]);
    const errors = sandbox.answers.filter(({ status }) => status >= 400);
    expect(errors.length).toBeGreaterThan(5);
    expect(errors.flatMap(({ body }) => judge.faults(body, 'error'))).toEqual([]);
    expect(judge.faults({ object: 'refund' }, 'refund')).not.toEqual([]);
  },
);

/** Names that older versions of the API have and the package's types no longer do. */
const oldNames: readonly string[] = ['payment_method_types'];

/** Every path of names that a shape accepts: `payment_method_options`, `payment_method_options.card`, … */
function paths(shape: Shape, at: readonly string[] = []): string[][] {
  return Object.entries(shape).flatMap(([name, field]) => [
    [...at, name],
    ...(field.members === undefined ? [] : paths(field.members, [...at, name])),
  ]);
}

describe('requests', () => {
  const declared = endpoints.filter((served) => Object.keys(served.shape).length > 0);

  test.each(declared.map((served) => [`${served.method} ${served.path}`, served.shape] as const))(
    '%s takes no parameter that the official package does not know',
    (request, shape) => {
      const unknown = paths(shape)
        .filter((at) => !oldNames.includes(at[0] ?? ''))
        .filter(
          (at) =>
            !(walker.requestMembers(request as keyof RequestTypes, at.slice(0, -1))?.has(at.at(-1) ?? '') ?? false),
        );
      expect(unknown.map((at) => at.join('.'))).toEqual([]);
    },
  );
});
