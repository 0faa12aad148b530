/** The paper: its size, its fonts and colors, and what has to be known of it to place something. All measures are points (1/72 inch). */
import { readFileSync } from 'node:fs';
import type { DocumentModel } from '../../../domain/document/model';

/** pdfkit's document, whose types come with `@types/pdfkit`. */
export type Pdf = PDFKit.PDFDocument;

export const margin = 50;
/** ISO 216 A4. */
const pageWidth = 595.28;
const pageHeight = 841.89;
export const width = pageWidth - 2 * margin;
/** Feet of every page: three small lines and the number of the page. */
const footHeight = 34;
export const bottom = pageHeight - margin - footHeight;
export const footTop = bottom + 16;

export const ink = '#1b1b1b';
export const paleInk = '#5c5c5c';
export const rule = '#c9c9c9';
export const tint = '#f3f4f6';

export interface Sheet {
  readonly pdf: Pdf;
  readonly model: DocumentModel;
  /** Where the next thing begins. */
  y: number;
}

export type Face = 'regular' | 'bold';

export interface TextStyle {
  readonly size: number;
  readonly face?: Face;
  readonly color?: string;
  readonly align?: 'left' | 'right';
}

/** DejaVu Sans Condensed: Latin with all its extensions, Greek and Cyrillic, free to embed. */
const files: Readonly<Record<Face, string>> = {
  regular: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf',
  bold: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf',
};

/** A font that the engine has read; it goes on to be read where it is used. */
interface ReadFont {
  hasGlyphForCodePoint(codePoint: number): boolean;
}

interface WithFont {
  readonly _font: { readonly font: ReadFont };
}

const fonts = new Map<Face, ReadFont>();
const readFontOf = (pdf: Pdf): ReadFont => (pdf as unknown as WithFont)._font.font;

/** Gives the document its two fonts. They are read by the first document of the process and shared by all after it. */
export function registerFonts(pdf: Pdf): void {
  for (const face of Object.keys(files) as Face[]) {
    const known = fonts.get(face) ?? readFileSync(require.resolve(files[face]));
    pdf.registerFont(face, known as Buffer).font(face);
    fonts.set(face, readFontOf(pdf));
  }
}

/** PDF/A allows no character without a glyph (ISO 19005-3, 6.2.11.8): a script that the font lacks shows question marks. */
function printable(pdf: Pdf, text: string): string {
  const font = readFontOf(pdf);
  return [...text]
    .map((sign) => (sign === '\n' || font.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0) ? sign : '?'))
    .join('');
}

function use(pdf: Pdf, { size, face = 'regular', color = ink }: TextStyle): void {
  pdf.font(face).fontSize(size).fillColor(color);
}

/** The height that a text takes in a width. */
export function heightOf({ pdf }: Sheet, text: string, columnWidth: number, style: TextStyle): number {
  use(pdf, style);
  return pdf.heightOfString(printable(pdf, text), { width: columnWidth });
}

/** Writes a text at a place, wrapped to a width, and answers where it ends. */
export function write(
  sheet: Sheet,
  text: string,
  at: { x: number; y: number; width: number },
  style: TextStyle,
): number {
  const { pdf } = sheet;
  use(pdf, style);
  const shown = printable(pdf, text);
  const options = { width: at.width, align: style.align ?? 'left' } as const;
  pdf.text(shown, at.x, at.y, options);
  return at.y + pdf.heightOfString(shown, options);
}

/** A thin line over the whole width. */
export function drawRule({ pdf }: Sheet, y: number, color: string = rule, thickness = 0.6): void {
  pdf
    .moveTo(margin, y)
    .lineTo(margin + width, y)
    .lineWidth(thickness)
    .strokeColor(color)
    .stroke();
}

/** Begins a new page. */
export function turnPage(sheet: Sheet): void {
  sheet.pdf.addPage();
  sheet.y = margin;
}

/** Begins a new page unless so much room is left. */
export function ensureRoom(sheet: Sheet, height: number): void {
  if (sheet.y + height > bottom) turnPage(sheet);
}
