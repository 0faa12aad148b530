/**
 * Stripe's own OpenAPI document as a second judge of answers. It ships inside the Go module of stripe-mock, so it is had where there is Go; the
 * package's types are the stricter judge and always there.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';

const GO = 'go';
/** Pinned: its document is API 2026-08-26. */
const MODULE = 'github.com/stripe/stripe-mock@v0.203.0';
const CACHED = path.join(__dirname, '..', '..', '..', '.perennial', 'cache', 'stripe-openapi-v0.203.0.json');
const DOWNLOAD_TIMEOUT_MS = 60_000;

interface OpenApiDocument {
  readonly components: { readonly schemas: Record<string, unknown> };
}

export interface OpenApiJudge {
  /** The faults of an answer; none when it has the schema. */
  faults(value: unknown, schema: string): string[];
}

/** The document; null, with the reason, where it cannot be had. */
export function loadOpenApi(): { judge: OpenApiJudge } | { reason: string } {
  try {
    if (!existsSync(CACHED)) download();
  } catch (error) {
    return { reason: `Stripe's OpenAPI document needs Go and its module proxy: ${String(error).split('\n')[0] ?? ''}` };
  }
  return { judge: createJudge(JSON.parse(readFileSync(CACHED, 'utf8')) as OpenApiDocument) };
}

function download(): void {
  const answer = execFileSync(GO, ['mod', 'download', '-json', MODULE], {
    encoding: 'utf8',
    timeout: DOWNLOAD_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { Dir: folder } = JSON.parse(answer) as { Dir: string };
  mkdirSync(path.dirname(CACHED), { recursive: true });
  copyFileSync(path.join(folder, 'embedded', 'openapi', 'spec3.json'), CACHED);
}

function createJudge(document: OpenApiDocument): OpenApiJudge {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'stripe', components: { schemas: withNulls(document.components.schemas) as object } });
  const compiled = new Map<string, ValidateFunction>();
  return {
    faults: (value, schema) => {
      const validate = compiled.get(schema) ?? ajv.compile({ $ref: `stripe#/components/schemas/${schema}` });
      compiled.set(schema, validate);
      if (validate(value)) return [];
      return (validate.errors ?? []).map((error) => `${schema}${error.instancePath}: ${error.message ?? ''}`);
    },
  };
}

/** OpenAPI 3.0 says `nullable` beside any schema; JSON Schema wants an alternative. */
function withNulls(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withNulls);
  if (schema === null || typeof schema !== 'object') return schema;
  const { nullable, ...rest } = schema as Record<string, unknown>;
  const inner = Object.fromEntries(
    Object.entries(rest)
      .filter(([name]) => !name.startsWith('x-'))
      .map(([name, value]) => [name, name === 'enum' ? value : withNulls(value)]),
  );
  return nullable === true ? { anyOf: [{ type: 'null' }, inner] } : inner;
}
