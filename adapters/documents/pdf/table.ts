/** The lines of an invoice as a table that goes on over pages, its head repeated. A row is never divided. */
import type { Row } from '../../../domain/document/model';
import {
  bottom,
  drawRule,
  heightOf,
  margin,
  paleInk,
  type Sheet,
  type TextStyle,
  tint,
  turnPage,
  width,
  write,
} from './sheet';

interface Column {
  readonly key: Exclude<keyof Row, 'details' | 'heading'>;
  readonly head: string;
  readonly x: number;
  readonly width: number;
  readonly align: 'left' | 'right';
}

const padding = 6;
const widths = { quantity: 66, unitPrice: 76, taxRate: 48, amount: 92 } as const;

/** From right to left: what is left over is the description's. */
function columnsOf({ model: { columns } }: Sheet): Column[] {
  const keys = (['amount', 'taxRate', 'unitPrice', 'quantity'] as const).filter((key) => columns[key] !== null);
  let x = margin + width;
  const numbers = keys.map((key): Column => {
    x -= widths[key];
    return { key, head: columns[key] ?? '', x, width: widths[key] - padding, align: 'right' };
  });
  const description: Column = {
    key: 'description',
    head: columns.description,
    x: margin,
    width: x - margin,
    align: 'left',
  };
  return [description, ...numbers.reverse()];
}

const headStyle = { size: 8, face: 'bold' } as const;
const cellStyle = { size: 9 } as const;
const detailStyle: TextStyle = { size: 7.5, color: paleInk };
const headingStyle = { size: 9, face: 'bold' } as const;

const inner = ({ x, width: whole, align }: Column): { x: number; width: number } =>
  align === 'left' ? { x: x + padding, width: whole - padding } : { x, width: whole };

function drawHeadRow(sheet: Sheet, columns: readonly Column[]): void {
  const height = Math.max(...columns.map((column) => heightOf(sheet, column.head, inner(column).width, headStyle))) + 9;
  sheet.pdf.rect(margin, sheet.y, width, height).fill(tint);
  for (const column of columns) {
    write(sheet, column.head, { ...inner(column), y: sheet.y + 4.5 }, { ...headStyle, align: column.align });
  }
  sheet.y += height;
}

/** What a row takes up above its cells: the name of what it and the next ones belong to. */
function headingHeight(sheet: Sheet, { heading }: Row): number {
  return heading === undefined ? 0 : heightOf(sheet, heading, width - 2 * padding, headingStyle) + 5;
}

function rowHeight(sheet: Sheet, columns: readonly Column[], row: Row): number {
  const cells = columns.map((column) => {
    const own = heightOf(sheet, row[column.key], inner(column).width, cellStyle);
    if (column.key !== 'description') return own;
    return row.details.reduce(
      (sum, detail) => sum + 1.5 + heightOf(sheet, detail, inner(column).width, detailStyle),
      own,
    );
  });
  return Math.max(...cells) + 11 + headingHeight(sheet, row);
}

function drawRow(sheet: Sheet, columns: readonly Column[], row: Row, height: number): void {
  const { heading } = row;
  if (heading !== undefined)
    write(sheet, heading, { x: margin + padding, y: sheet.y + 5, width: width - 2 * padding }, headingStyle);
  const top = sheet.y + 5 + headingHeight(sheet, row);
  for (const column of columns) {
    const at = inner(column);
    let y = write(sheet, row[column.key], { ...at, y: top }, { ...cellStyle, align: column.align });
    if (column.key !== 'description') continue;
    for (const detail of row.details) y = write(sheet, detail, { ...at, y: y + 1.5 }, detailStyle);
  }
  sheet.y += height;
  drawRule(sheet, sheet.y);
}

/** Draws all lines. */
export function drawTable(sheet: Sheet): void {
  const columns = columnsOf(sheet);
  drawHeadRow(sheet, columns);
  for (const row of sheet.model.rows) {
    const height = rowHeight(sheet, columns, row);
    if (sheet.y + height > bottom) {
      turnPage(sheet);
      drawHeadRow(sheet, columns);
    }
    drawRow(sheet, columns, row, height);
  }
}
