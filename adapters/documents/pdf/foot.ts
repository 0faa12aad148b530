/** What follows the lines: totals, tax by rate, the sentences of the law, how to pay; and the feet of all pages. */
import type { Total } from '../../../domain/document/totals';
import {
  drawRule,
  ensureRoom,
  footTop,
  heightOf,
  margin,
  paleInk,
  type Sheet,
  type TextStyle,
  tint,
  width,
  write,
} from './sheet';

const totalsWidth = 300;
const totalsLeft = margin + width - totalsWidth;
const valueWidth = 120;
const padding = 6;

const totalStyle = ({ weight }: Total): TextStyle =>
  weight === 'strong' ? { size: 10, face: 'bold' } : weight === 'small' ? { size: 8, color: paleInk } : { size: 9 };

const labelWidth = totalsWidth - valueWidth - padding;
const totalHeight = (sheet: Sheet, total: Total): number =>
  heightOf(sheet, total.label, labelWidth, totalStyle(total)) + 5;

function drawTotal(sheet: Sheet, total: Total): void {
  const style = totalStyle(total);
  const y = sheet.y + 2.5;
  write(sheet, total.label, { x: totalsLeft, y, width: labelWidth }, style);
  const at = { x: margin + width - valueWidth - padding, y, width: valueWidth };
  write(sheet, total.value, at, { ...style, align: 'right' });
  sheet.y += totalHeight(sheet, total);
}

function drawTotals(sheet: Sheet): void {
  const { totals, accentColor } = sheet.model;
  const heights = totals.map((total) => totalHeight(sheet, total));
  ensureRoom(
    sheet,
    heights.reduce((sum, height) => sum + height, 20),
  );
  sheet.y += 8;
  for (const total of totals) {
    if (total.weight === 'strong') {
      sheet.pdf
        .moveTo(totalsLeft, sheet.y)
        .lineTo(margin + width, sheet.y)
        .lineWidth(0.8)
        .strokeColor(accentColor)
        .stroke();
      sheet.y += 1.5;
    }
    drawTotal(sheet, total);
  }
}

type TaxCells = Readonly<Record<'rate' | 'net' | 'tax' | 'gross', string>>;

function drawTaxRow(sheet: Sheet, cells: TaxCells, style: TextStyle): void {
  const columns = [
    { text: cells.rate, x: margin + padding, width: 200, align: 'left' },
    { text: cells.net, x: margin + 206, width: 91, align: 'right' },
    { text: cells.tax, x: margin + 301, width: 91, align: 'right' },
    { text: cells.gross, x: margin + 396, width: width - 396 - padding, align: 'right' },
  ] as const;
  const ends = columns.map(({ text, align, ...at }) =>
    write(sheet, text, { ...at, y: sheet.y + 3 }, { ...style, align }),
  );
  sheet.y = Math.max(...ends) + 3;
}

function drawTaxes(sheet: Sheet): void {
  const { taxes } = sheet.model;
  if (taxes === null) return;
  ensureRoom(sheet, 30 + 18 * taxes.rows.length);
  sheet.y += 18;
  sheet.pdf.rect(margin, sheet.y, width, 16).fill(tint);
  drawTaxRow(sheet, taxes.head, { size: 8, face: 'bold' });
  for (const row of taxes.rows) drawTaxRow(sheet, row, { size: 8.5 });
  drawRule(sheet, sheet.y);
}

function drawSentences(sheet: Sheet, sentences: readonly string[], style: TextStyle): void {
  if (sentences.length === 0) return;
  sheet.y += 12;
  for (const sentence of sentences) {
    ensureRoom(sheet, heightOf(sheet, sentence, width, style) + 3);
    sheet.y = write(sheet, sentence, { x: margin, y: sheet.y, width }, style) + 2;
  }
}

/** Totals and all that stands below them. */
export function drawFoot(sheet: Sheet): void {
  drawTotals(sheet);
  drawTaxes(sheet);
  drawSentences(sheet, sheet.model.legends, { size: 9, face: 'bold' });
  drawSentences(sheet, sheet.model.payment, { size: 9 });
}

/** The number of the page, then as much of the footer as five small lines hold. */
const footerStyle = { size: 7, color: paleInk } as const;
const labelHeight = 10;
const footerHeightMax = 42;

/** The feet of all pages, once their number is known. */
export function drawPageFeet(sheet: Sheet): void {
  const { pdf, model } = sheet;
  const { start, count } = pdf.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    pdf.switchToPage(page);
    // Below the margin pdfkit would begin another page.
    pdf.page.margins.bottom = 0;
    drawRule(sheet, footTop - 6);
    const label = model.pageLabel.replace('{page}', String(page + 1)).replace('{pages}', String(count));
    const at = { x: margin, y: footTop, width };
    write(sheet, `${model.title} ${model.number} · ${label}`, at, { ...footerStyle, align: 'right' });
    if (model.footer.length === 0) continue;
    const top = footTop + labelHeight;
    pdf.save();
    pdf.rect(margin, top, width, footerHeightMax).clip();
    write(sheet, model.footer.join('\n'), { ...at, y: top }, footerStyle);
    pdf.restore();
  }
}
