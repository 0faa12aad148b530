/** Invoices and credit notes as documents: for people as PDF, for machines as XML. */
import { createRoute, z } from '@hono/zod-openapi';
import { idParameter } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { type DocumentRequest, readDocument } from '../read-document';
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

const formatQuery = z.strictObject({ format: z.enum(formats).default('ubl').openapi({ example: 'ubl' }) });
const xmlAnswer = {
  200: {
    description: 'The e-invoice. `ETag` is the SHA-256 of its bytes.',
    content: { 'application/xml': { schema: file('<?xml version="1.0"?>') }, ...pdfContent },
  },
};

const xml = createRoute({
  method: 'get',
  path: '/invoices/{id}/xml',
  tags,
  summary: 'Read an invoice as an e-invoice (EN 16931): UBL or CII, or as Factur-X, the PDF with the CII inside',
  request: { ...id, query: formatQuery },
  responses: xmlAnswer,
});

const noteTags = ['Credit notes'];
const noteId = idParameter('cn_01kav5xq8yfz2s1m3c4d5e6f7g');

const creditNotePdf = createRoute({
  method: 'get',
  path: '/credit-notes/{id}/pdf',
  tags: noteTags,
  summary: 'Read a credit note as PDF (PDF/A-3b): the same bytes for ever',
  request: noteId,
  responses: { 200: { description: 'The PDF. `ETag` is the SHA-256 of its bytes.', content: pdfContent } },
});

const creditNoteXml = createRoute({
  method: 'get',
  path: '/credit-notes/{id}/xml',
  tags: noteTags,
  summary: 'Read a credit note as an e-invoice (EN 16931): UBL, CII or Factur-X',
  request: { ...noteId, query: formatQuery },
  responses: xmlAnswer,
});

/** The bytes with what a client or a cache has to know of them. */
async function answer(c: ApiContext, deps: ApiDependencies, request: DocumentRequest): Promise<Response> {
  const { tenantId } = tenantOf(c);
  const document = await readDocument(deps, tenantId, request);
  const { extension } = deps.documents[request.format];
  return c.body(Uint8Array.from(document.bytes), 200, {
    'Content-Type': document.mediaType,
    'Content-Disposition': `inline; filename="${document.number}.${extension}"`,
    'Content-Language': document.language,
    ETag: `"${document.hash}"`,
    'Cache-Control': 'private, max-age=31536000, immutable',
  });
}

/** Registers the routes of documents. A file is no JSON, which is all that the router's types know of answers. */
export function documents(api: Api, deps: ApiDependencies): void {
  api.openapi(pdf, (c) => {
    const request = { kind: 'invoice', subjectId: c.req.valid('param').id, format: 'pdf' } as const;
    return answer(c as ApiContext, deps, request) as never;
  });
  api.openapi(xml, (c) => {
    const { format } = c.req.valid('query');
    const request = { kind: 'invoice', subjectId: c.req.valid('param').id, format } as const;
    return answer(c as ApiContext, deps, request) as never;
  });
  api.openapi(creditNotePdf, (c) => {
    const request = { kind: 'credit_note', subjectId: c.req.valid('param').id, format: 'pdf' } as const;
    return answer(c as ApiContext, deps, request) as never;
  });
  api.openapi(creditNoteXml, (c) => {
    const { format } = c.req.valid('query');
    const request = { kind: 'credit_note', subjectId: c.req.valid('param').id, format } as const;
    return answer(c as ApiContext, deps, request) as never;
  });
}
