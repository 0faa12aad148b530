/**
 * The document of an invoice or credit note in a format. It is made when somebody asks for it first, from facts that never change, and kept:
 * whoever asks again gets the same bytes. So billing never waits for a drawing (docs/decisions/0043-documents-made-on-request.md).
 */
import type { DocumentFormat } from '../adapters/documents/port';
import type { Queryable } from '../db/pool';
import { findDocument, insertDocument, type StoredDocument } from '../db/queries/documents';
import { loadCreditNoteSource } from '../db/reports/credit-note-source';
import { loadInvoiceSource } from '../db/reports/document-source';
import { documentModel } from '../domain/document/model';
import type { DocumentKind, DocumentSource } from '../domain/document/source';
import { idFromFacts } from '../domain/ids';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';

interface Subject {
  readonly noun: string;
  readonly load: (db: Queryable, tenantId: string, id: string) => Promise<DocumentSource | null>;
}

const subjects: Readonly<Record<DocumentKind, Subject>> = {
  invoice: { noun: 'Invoice', load: loadInvoiceSource },
  credit_note: { noun: 'Credit note', load: loadCreditNoteSource },
};

export interface DocumentRequest {
  readonly kind: DocumentKind;
  readonly subjectId: string;
  readonly format: DocumentFormat;
}

/**
 * @throws PerennialError `not_found` when there is no such thing with a number, `e_invoice_incomplete` when the format needs to know more.
 */
export async function readDocument(
  deps: ApiDependencies,
  tenantId: string,
  { kind, subjectId, format }: DocumentRequest,
): Promise<StoredDocument> {
  const db = deps.database.as(tenantId);
  const known = await findDocument(db, tenantId, subjectId, format);
  if (known !== null && known.kind === kind) return known;
  const { noun, load } = subjects[kind];
  const source = foundOr404(await load(db, tenantId, subjectId), noun, subjectId);
  const model = documentModel(source);
  const renderer = deps.documents[format];
  await insertDocument(db, tenantId, {
    id: idFromFacts('doc', subjectId, format),
    kind,
    subjectId,
    number: source.number,
    format,
    language: model.language,
    mediaType: renderer.mediaType,
    renderer: renderer.version,
    bytes: await renderer.render({ source, model }),
  });
  // Read back: somebody else's may have been the first.
  return foundOr404(await findDocument(db, tenantId, subjectId, format), 'Document of', subjectId);
}
