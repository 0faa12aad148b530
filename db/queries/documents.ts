/** Documents as they were handed out: written once, never changed. */
import type { Queryable, Statement } from '../pool';
import { firstOf } from './row-values';

export type StoredDocumentKind = 'invoice' | 'credit_note' | 'statement';

export interface StoredDocument {
  readonly id: string;
  readonly kind: StoredDocumentKind;
  /** The invoice or credit note that it shows. */
  readonly subjectId: string;
  /** The number that it bears. */
  readonly number: string;
  readonly format: string;
  readonly language: string;
  readonly mediaType: string;
  readonly renderer: string;
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

interface DocumentRow {
  [column: string]: unknown;
  id: string;
  kind: StoredDocumentKind;
  subject_id: string;
  number: string;
  format: string;
  language: string;
  media_type: string;
  renderer: string;
  hash: string;
  bytes: Buffer;
}

const columns = `id, kind, subject_id, number, format, language, media_type, renderer, encode(sha256, 'hex') as hash, bytes`;

const fromRow = (row: DocumentRow): StoredDocument => ({
  id: row.id,
  kind: row.kind,
  subjectId: row.subject_id,
  number: row.number,
  format: row.format,
  language: row.language,
  mediaType: row.media_type,
  renderer: row.renderer,
  hash: row.hash,
  bytes: row.bytes,
});

const ofSubject: Statement = {
  name: 'documents_of_subject',
  text: `select ${columns} from documents where tenant_id = $1 and subject_id = $2 and format = $3`,
};
const insert: Statement = {
  name: 'documents_insert',
  text: `insert into documents (id, tenant_id, kind, subject_id, number, format, language, media_type, renderer, sha256, bytes)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, sha256($10), $10) on conflict (subject_id, format) do nothing`,
};

/** The document of an invoice or credit note in a format, or null while nobody has asked for it. */
export async function findDocument(
  db: Queryable,
  tenantId: string,
  subjectId: string,
  format: string,
): Promise<StoredDocument | null> {
  return firstOf((await db.query<DocumentRow>(ofSubject, [tenantId, subjectId, format])).map(fromRow));
}

/** Keeps a document unless there is one already: of two who make it at once, the first one's bytes stay. */
export async function insertDocument(
  db: Queryable,
  tenantId: string,
  document: Omit<StoredDocument, 'hash'>,
): Promise<void> {
  const { id, kind, subjectId, number, format, language, mediaType, renderer, bytes } = document;
  const values = [id, tenantId, kind, subjectId, number, format, language, mediaType, renderer, Buffer.from(bytes)];
  await db.query(insert, values);
}
