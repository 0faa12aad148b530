/** The reference as one page without scripts, made from the OpenAPI document: it works on a closed network. */
import { html } from 'hono/html';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly example?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
  readonly description?: string;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
  }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

interface Document {
  readonly info: { readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}summary{cursor:pointer}
code,pre{background:#f4f4f5;border-radius:4px;padding:.1rem .3rem}pre{padding:.7rem;overflow:auto}.m{display:inline-block;width:4rem;font-weight:600}
td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}code,pre{background:#222}}`;

function resolve(document: Document, schema: Schema | undefined): Schema {
  const name = schema?.$ref?.split('/').at(-1);
  return (name === undefined ? schema : document.components.schemas[name]) ?? {};
}

function schemaOf(document: Document, body: Body | undefined): Schema {
  return resolve(document, Object.values(body?.content ?? {})[0]?.schema);
}

const typeOf = (schema: Schema): string =>
  (schema.$ref?.split('/').at(-1) ?? [schema.type ?? 'any'].flat().join(' or ')) as string;

function fields(schema: Schema) {
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, field]) =>
      html`<tr>
        <td><code>${name}</code>${schema.required?.includes(name) === true ? ' *' : ''}</td>
        <td>${typeOf(field)}</td>
        <td>${field.description ?? ''}</td>
      </tr>`,
  );
  return rows.length === 0
    ? ''
    : html`<table>
        ${rows}
      </table>`;
}

function example(schema: Schema) {
  return schema.example === undefined ? '' : html`<pre>${JSON.stringify(schema.example, null, 2)}</pre>`;
}

function operationPart(document: Document, path: string, method: string, operation: Operation) {
  const body = schemaOf(document, operation.requestBody);
  const answers = Object.entries(operation.responses).filter(([status]) => status !== 'default');
  return html`<details>
    <summary><span class="m">${method.toUpperCase()}</span><code>${path}</code> ${operation.summary ?? ''}</summary>
    <p>${operation.description ?? ''}</p>
    ${(operation.parameters ?? []).map((one) => html`<div><code>${one.name}</code> (${one.in}) ${one.description ?? ''}</div>`)}
    ${
      operation.requestBody === undefined
        ? ''
        : html`<h4>Body</h4>
            ${fields(body)}${example(body)}`
    }
    ${answers.map(
      ([status, answer]) =>
        html`<h4>${status} ${answer.description ?? ''}</h4>
          ${example(schemaOf(document, answer))}`,
    )}
  </details>`;
}

/** Renders the page. */
export function docsPage(openApi: Readonly<Record<string, unknown>>) {
  const document = openApi as unknown as Document;
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      tag: operation.tags?.[0] ?? 'Other',
      part: operationPart(document, path, method, operation),
    })),
  );
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const sections = tags.map(
    (tag) =>
      html`<h2>${tag}</h2>
        ${operations.filter((operation) => operation.tag === tag).map(({ part }) => part)}`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Perennial API</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <h1>Perennial API</h1>
        <p>${document.info.description}</p>
        <p>The same as a document: <a href="/openapi.json">openapi.json</a>.</p>
        ${sections}
      </body>
    </html>`;
}
