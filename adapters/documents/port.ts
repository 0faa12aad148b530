/** The port behind which documents are drawn and written. All that stands on one was decided before (`domain/document/`). */
import type { DocumentModel } from '../../domain/document/model';
import type { DocumentSource } from '../../domain/document/source';

/** How a document can be had. `factur-x` is the PDF with the e-invoice inside; `cii` is that e-invoice by itself. */
export type DocumentFormat = 'pdf' | 'ubl' | 'cii' | 'factur-x';

export interface RenderRequest {
  readonly source: DocumentSource;
  readonly model: DocumentModel;
}

export interface DocumentRenderer {
  readonly mediaType: 'application/pdf' | 'application/xml';
  /** Of the file: "pdf", "xml". */
  readonly extension: string;
  /** Name and version of what makes it; a new version draws new documents only. */
  readonly version: string;
  /**
   * The same bytes for the same request, on one build of Node.
   * @throws PerennialError `e_invoice_incomplete` when what the format asks for is not known.
   */
  render(request: RenderRequest): Promise<Uint8Array>;
}

export type DocumentRenderers = Readonly<Record<DocumentFormat, DocumentRenderer>>;
