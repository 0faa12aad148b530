/** The JSON Schemas (2020-12) of catalogue files, for editors and other tools. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { catalogueKinds, fileTypes, type CatalogueKind } from './file-types';

type Json = Readonly<Record<string, unknown>>;

/** The schemas of OpenAPI 3.1 are JSON Schemas; only their place and the single example differ. */
function asJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => {
    if (name === '$ref') return [name, String(inner).replace('#/components/schemas/', '#/$defs/')];
    return name === 'example' ? ['examples', [inner]] : [name, asJsonSchema(inner)];
  });
  return Object.fromEntries(entries);
}

const componentName = 'File';

function schemasOf(kind: CatalogueKind): Record<string, unknown> {
  const api = new OpenAPIHono();
  api.openAPIRegistry.register(componentName, fileTypes[kind]);
  const { components } = api.getOpenAPI31Document({ openapi: '3.1.0', info: { title: kind, version: '1' } });
  return asJsonSchema(components?.schemas ?? {}) as Record<string, unknown>;
}

/** The schema of a kind of file, complete in itself. */
export function jsonSchemaOf(kind: CatalogueKind): Json {
  const { [componentName]: own, ...definitions } = schemasOf(kind);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://perennial.dev/schemas/${kind}.json`,
    title: `Perennial catalogue: ${kind}`,
    ...(own as Json),
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }),
  };
}

/** All schemas by the name of their file. */
export const jsonSchemas: Readonly<Record<string, Json>> = Object.fromEntries(
  catalogueKinds.map((kind) => [`${kind}.json`, jsonSchemaOf(kind)]),
);
