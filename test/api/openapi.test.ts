/** The OpenAPI document is valid, complete and shows an example for every body and answer. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { openTestApi, type TestApi, type Wire } from '../support/api';

let api: TestApi;
let document: Wire;

beforeAll(async () => {
  api = await openTestApi();
  document = (await api.send('GET', '/openapi.json', { key: null })).body;
});
afterAll(() => api.close());

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Wire;
}

function operations(): Operation[] {
  return Object.entries<Record<string, Wire>>(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method,
      path,
      operation,
    })),
  );
}

const resolve = (schema: Wire): Wire => {
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? schema : document.components.schemas[name];
};

/** A page's example is the example of what it lists. */
const exampleOf = (schema: Wire): unknown => {
  const known = resolve(schema);
  return known?.example ?? resolve(known?.properties?.data?.items)?.example;
};

test('every reference leads somewhere', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!);
  expect(references.length).toBeGreaterThan(50);
  expect(references.filter((name) => document.components.schemas[name] === undefined)).toEqual([]);
});

test('the document says its version, and operations are unique and described', () => {
  expect(document.openapi).toBe('3.1.0');
  const bare = operations().filter(({ operation }) => !operation.summary || !operation.tags?.length);
  expect(bare).toEqual([]);
  expect(operations().length).toBeGreaterThan(60);
});

test('every registered route is in the document, and nothing else is', () => {
  const registered = new Set(
    api.app.routes
      .filter((route) => route.path.startsWith('/api/v1') && route.method !== 'ALL')
      .map((route) => `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`),
  );
  expect([...registered].sort()).toEqual(
    operations()
      .map(({ name }) => name)
      .sort(),
  );
});

test('the operator’s document lists the same routes as the code', () => {
  const text = readFileSync(path.join(__dirname, '../../docs/operating/api.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `((?:GET|POST|PATCH|DELETE) [^`]+)`/gm)].map((match) => match[1]!);
  expect(documented.sort()).toEqual(
    operations()
      .map(({ name }) => name.replace('/api/v1', ''))
      .sort(),
  );
});

test('every body and every answer has an example that its schema accepts', () => {
  const ajv = addFormats(new Ajv({ strict: false }));
  ajv.addSchema({ $id: 'openapi', components: document.components });
  const local = (schema: Wire): Wire =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components'));
  const faults = operations().flatMap(({ name, operation }) => {
    const contents = [operation.requestBody, ...Object.values<Wire>(operation.responses)].filter(Boolean);
    return contents.flatMap((content: Wire) => {
      const schema = Object.values<Wire>(content.content ?? {})[0]?.schema;
      const example = exampleOf(schema);
      if (example === undefined) return [`${name}: no example`];
      const target = resolve(schema).example === undefined ? resolve(schema).properties.data.items : schema;
      return ajv.validate(local(target), example) ? [] : [`${name}: ${ajv.errorsText()}`];
    });
  });
  expect(faults).toEqual([]);
});

test('every POST takes an Idempotency-Key and every operation answers problems', () => {
  const posts = operations().filter(({ method }) => method === 'post');
  expect(posts.every(({ operation }) => operation.parameters.some((one: Wire) => one.name === 'Idempotency-Key'))).toBe(
    true,
  );
  expect(operations().every(({ operation }) => operation.responses.default !== undefined)).toBe(true);
});

test('the page shows every operation, runs no script and loads nothing', async () => {
  const { status, body } = await api.send('GET', '/docs', { key: null });
  expect(status).toBe(200);
  for (const { path } of operations()) expect(body.text).toContain(`<code>${path}</code>`);
  expect(body.text).not.toMatch(/<script|<link|src=/);
});
