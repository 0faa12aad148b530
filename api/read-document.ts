/**
 * The document of an invoice in a format. It is made when somebody asks for it first, from facts that never change, and kept: whoever asks
 * again gets the same bytes. So that billing never waits for a drawing (docs/decisions/0043-documents-made-on-request.md).
 */
import type { DocumentFormat } from '../adapters/documents/port';
import { findDocument, insertDocument, type StoredDocument } from '../db/queries/documents';
import { loadInvoiceSource } from '../db/reports/document-source';
import { documentModel } from '../domain/document/model';
import { idFromFacts } from '../domain/ids';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';

/**
 * @throws PerennialError `not_found` when there is no such invoice with a number, `e_invoice_incomplete` when the format needs to know more.
 */
export async function readInvoiceDocument(
  deps: ApiDependencies,
  tenantId: string,
  invoiceId: string,
  format: DocumentFormat,
): Promise<StoredDocument> {
  const db = deps.database.as(tenantId);
  const known = await findDocument(db, tenantId, invoiceId, format);
  if (known !== null) return known;
  const source = foundOr404(await loadInvoiceSource(db, tenantId, invoiceId), 'Invoice', invoiceId);
  const model = documentModel(source);
  const renderer = deps.documents[format];
  await insertDocument(db, tenantId, {
    id: idFromFacts('doc', invoiceId, format),
    kind: 'invoice',
    subjectId: invoiceId,
    number: source.number,
    format,
    language: model.language,
    mediaType: renderer.mediaType,
    renderer: renderer.version,
    bytes: await renderer.render({ source, model }),
  });
  // Read back: somebody else's may have been the first.
  return foundOr404(await findDocument(db, tenantId, invoiceId, format), 'Document of invoice', invoiceId);
}
