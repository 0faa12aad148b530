/** The head of the first page: letterhead, whose document it is, and its facts. */
import type { Block, Fact } from '../../../domain/document/model';
import { drawRule, margin, paleInk, type Sheet, width, write } from './sheet';

const logoWidthMax = 170;
const logoHeightMax = 52;
const gap = 30;
const half = (width - gap) / 2;
const right = margin + half + gap;

function drawLogo({ pdf, model }: Sheet, y: number): number {
  if (model.logo === null) return y;
  pdf.image(Buffer.from(model.logo.bytes), margin, y, { fit: [logoWidthMax, logoHeightMax] });
  return y + logoHeightMax + 10;
}

function drawBlock(sheet: Sheet, { name, lines }: Block, at: { x: number; y: number; width: number }): number {
  let y = write(sheet, name, at, { size: 10, face: 'bold' });
  for (const line of lines) y = write(sheet, line, { ...at, y: y + 1 }, { size: 8.5 });
  return y;
}

function drawFacts(sheet: Sheet, facts: readonly Fact[], top: number): number {
  const labelWidth = half * 0.46;
  return facts.reduce((y, { label, value }) => {
    const end = write(sheet, label, { x: right, y, width: labelWidth }, { size: 8.5, color: paleInk });
    const at = { x: right + labelWidth, y, width: half - labelWidth };
    return Math.max(end, write(sheet, value, at, { size: 8.5, align: 'right' })) + 2.5;
  }, top);
}

/** Letterhead at the left, title and facts at the right, then who is billed. */
export function drawHead(sheet: Sheet): void {
  const { model } = sheet;
  const { accentColor: color, title, seller, customer, customerLabel, facts, introduction } = model;
  const left = drawBlock(sheet, seller, { x: margin, y: drawLogo(sheet, margin), width: half });
  const titleEnd = write(
    sheet,
    title,
    { x: right, y: margin - 4, width: half },
    { size: 21, face: 'bold', color, align: 'right' },
  );
  const factsEnd = drawFacts(sheet, facts, titleEnd + 8);
  let y = Math.max(left, factsEnd) + 16;
  drawRule(sheet, y, color, 1.2);
  y = write(sheet, customerLabel, { x: margin, y: y + 12, width }, { size: 8, color: paleInk });
  y = drawBlock(sheet, customer, { x: margin, y: y + 2, width: half + gap }) + 18;
  for (const sentence of introduction) y = write(sheet, sentence, { x: margin, y, width }, { size: 9.5 }) + 3;
  sheet.y = y + (introduction.length > 0 ? 8 : 0);
}
