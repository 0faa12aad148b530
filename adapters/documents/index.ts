/** The registry of formats: one line each. The libraries behind them are loaded when something is drawn or written first. */
import { drawPdf } from './pdf/draw-pdf';
import type { DocumentRenderers } from './port';
import { writeXml } from './e-invoice/write-xml';

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** All formats in which documents can be had. */
export const documentRenderers: DocumentRenderers = {
  pdf: {
    mediaType: 'application/pdf',
    extension: 'pdf',
    version: 'pdf/1',
    render: ({ model }) => drawPdf(model),
  },
  ubl: {
    mediaType: 'application/xml',
    extension: 'xml',
    version: 'ubl/1',
    render: async ({ source }) => utf8(await writeXml(source, 'UBL')),
  },
  cii: {
    mediaType: 'application/xml',
    extension: 'xml',
    version: 'cii/1',
    render: async ({ source }) => utf8(await writeXml(source, 'CII')),
  },
  'factur-x': {
    mediaType: 'application/pdf',
    extension: 'pdf',
    version: 'factur-x/1',
    render: async ({ source, model }) => drawPdf(model, await writeXml(source, 'CII')),
  },
};
