/**
 * A document as a PDF for archives (PDF/A-3b, ISO 19005-3): fonts and color profile inside, no script, nothing outside. Its dates are those of
 * the document, so the same document gives the same bytes.
 */
import type { DocumentModel } from '../../../domain/document/model';
import { attachEInvoice } from './attach-e-invoice';
import { drawFoot, drawPageFeet } from './foot';
import { drawHead } from './head';
import { type Pdf, margin, registerFonts, type Sheet } from './sheet';
import { drawTable } from './table';

/** pdfkit and its font engine take a tenth of a second to load: only who draws pays it. */
async function openPdf(model: DocumentModel): Promise<Pdf> {
  const { default: PdfDocument } = await import('pdfkit');
  const at = new Date(model.issuedAt);
  return new PdfDocument({
    size: 'A4',
    margin,
    bufferPages: true,
    lang: model.language,
    pdfVersion: '1.7',
    subset: 'PDF/A-3b',
    // The viewer's own font would stand in the file without being embedded.
    font: '',
    // No other names: pdfkit writes them into XML without escaping.
    info: {
      Title: `${model.title} ${model.number}`,
      Creator: 'Perennial',
      Producer: 'Perennial',
      CreationDate: at,
      ModDate: at,
    },
  });
}

function bytesOf(pdf: Pdf): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
    pdf.end();
  });
}

/** Draws a document. `eInvoice` is the XML that goes with it inside the file (Factur-X). */
export async function drawPdf(model: DocumentModel, eInvoice: string | null = null): Promise<Uint8Array> {
  const pdf = await openPdf(model);
  registerFonts(pdf);
  const sheet: Sheet = { pdf, model, y: margin };
  drawHead(sheet);
  drawTable(sheet);
  drawFoot(sheet);
  drawPageFeet(sheet);
  if (eInvoice !== null) attachEInvoice(pdf, eInvoice, model);
  return bytesOf(pdf);
}
