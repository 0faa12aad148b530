/** Invoices as documents: for people as PDF, for machines as XML. */
import { createRoute, z } from '@hono/zod-openapi';
import type { DocumentFormat } from '../../adapters/documents/port';
import { idParameter } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { readInvoiceDocument } from '../read-document';
import { invoiceExample } from '../resources/invoice';

const tags = ['Invoices'];
const id = idParameter(invoiceExample.id);

const file = (example: string) => z.string().openapi({ type: 'string', format: 'binary', example });
const pdfContent = { 'application/pdf': { schema: file('%PDF-1.7') } };

const pdf = createRoute({
  method: 'get',
  path: '/invoices/{id}/pdf',
  tags,
  summary: 'Read an invoice as PDF (PDF/A-3b): the same bytes for ever',
  request: id,
  responses: { 200: { description: 'The PDF. `ETag` is the SHA-256 of its bytes.', content: pdfContent } },
});

const formats = ['ubl', 'cii', 'factur-x'] as const;

const xml = createRoute({
  method: 'get',
  path: '/invoices/{id}/xml',
  tags,
  summary: 'Read an invoice as an e-invoice (EN 16931): UBL or CII, or as Factur-X, the PDF with the CII inside',
  request: {
    ...id,
    query: z.strictObject({ format: z.enum(formats).default('ubl').openapi({ example: 'ubl' }) }),
  },
  responses: {
    200: {
      description: 'The e-invoice. `ETag` is the SHA-256 of its bytes.',
      content: { 'application/xml': { schema: file('<?xml version="1.0"?>') }, ...pdfContent },
    },
  },
});

/** The bytes with what a client or a cache has to know of them. */
async function answer(
  c: ApiContext,
  deps: ApiDependencies,
  invoiceId: string,
  format: DocumentFormat,
): Promise<Response> {
  const { tenantId } = tenantOf(c);
  const document = await readInvoiceDocument(deps, tenantId, invoiceId, format);
  const { extension } = deps.documents[format];
  return c.body(Uint8Array.from(document.bytes), 200, {
    'Content-Type': document.mediaType,
    'Content-Disposition': `inline; filename="${document.number}.${extension}"`,
    'Content-Language': document.language,
    ETag: `"${document.hash}"`,
    'Cache-Control': 'private, max-age=31536000, immutable',
  });
}

/** Registers the routes of documents. */
export function documents(api: Api, deps: ApiDependencies): void {
  api.openapi(pdf, (c) => answer(c as ApiContext, deps, c.req.valid('param').id, 'pdf') as never);
  api.openapi(xml, (c) => answer(c as ApiContext, deps, c.req.valid('param').id, c.req.valid('query').format) as never);
}
