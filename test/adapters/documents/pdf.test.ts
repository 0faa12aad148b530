/** A PDF shows what the model says, over as many pages as it needs, in bytes that depend on nothing else. */
import { documentRenderers } from '../../../adapters/documents';
import { languages } from '../../../domain/document/languages';
import { documentModel } from '../../../domain/document/model';
import type { DocumentSource } from '../../../domain/document/source';
import { pdfAttachments, pdfHeads, pdfPages } from '../../support/pdf-text';
import { line, source } from '../../domain/document/sources';

const draw = (from: DocumentSource, format: 'pdf' | 'factur-x' = 'pdf') =>
  documentRenderers[format].render({ source: from, model: documentModel(from) });
const squeezed = (pages: readonly string[][]): string => pages.flat().join('').replace(/\s/g, '');

/** Everything that the model says, blanks aside: wrapped text loses them at the ends of lines. */
function sentencesOf(from: DocumentSource): string[] {
  const { rows, totals, facts, seller, customer, taxes, legends, payment, footer, title, columns } =
    documentModel(from);
  const cells = rows.flatMap(({ details, ...row }) => [...Object.values(row), ...details]);
  const tables = [...(taxes?.rows ?? []).flatMap((row) => Object.values(row)), ...Object.values(taxes?.head ?? {})];
  const pairs = [...totals, ...facts].flatMap(({ label, value }) => [label, value]);
  const heads = Object.values(columns).filter((head): head is string => head !== null);
  const blocks = [seller.name, ...seller.lines, customer.name, ...customer.lines];
  return [title, ...cells, ...tables, ...pairs, ...heads, ...blocks, ...legends, ...payment, ...footer];
}

test.each(Object.keys(languages))('in %s, every sentence of the model stands on the paper', async (language) => {
  const from = source({ language });
  const text = squeezed(pdfPages(await draw(from)));
  expect(sentencesOf(from).filter((sentence) => !text.includes(sentence.replace(/\s/g, '')))).toEqual([]);
});

test('the names of subscriptions stand above their lines, once each', async () => {
  const lines = ['Pro · sub_1', 'Pro · sub_1', 'Team · sub_2'].map((group) => line({ group }));
  const text = squeezed(pdfPages(await draw(source({ lines }))));
  expect(text.split('Pro·sub_1')).toHaveLength(2);
  expect(text.split('Team·sub_2')).toHaveLength(2);
  expect(text.indexOf('Pro·sub_1')).toBeLessThan(text.indexOf('Pro,monthly'));
});

test('letters of Latin with all its marks, of Greek and of Cyrillic are drawn and can be copied', async () => {
  const description = 'Łódź, Ștefan, Győr, İstanbul, Þór, Đà Nẵng, Ελλάδα, товар «Облако», ґанок';
  const text = squeezed(pdfPages(await draw(source({ lines: [line({ description })] }))));
  expect(text).toContain(description.replace(/\s/g, ''));
});

test('a script that the font lacks shows question marks instead of breaking the archive format', async () => {
  const text = squeezed(pdfPages(await draw(source({ lines: [line({ description: '請求書 A' })] }))));
  expect(text).toContain('???A');
});

test('the same document gives the same bytes, drawn first or later', async () => {
  const [one, two] = [await draw(source()), await draw(source())];
  expect(Buffer.compare(one, two)).toBe(0);
  expect(Buffer.compare(one, await draw(source({ number: 'INV-000043' })))).not.toBe(0);
});

test('sixty lines go on over pages: the head of the table is repeated, no line is lost, each page is numbered', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => line({ description: `Line ${index + 1} of many` }));
  const pages = pdfPages(await draw(source({ lines })));
  expect(pages.length).toBeGreaterThan(2);
  const text = pages.map((runs) => runs.join('').replace(/\s/g, ''));
  const drawn = text.flatMap((page) => [...page.matchAll(/Line(\d+)ofmany/g)].map((match) => match[1]));
  expect(drawn).toEqual(lines.map((_, index) => String(index + 1)));
  text.forEach((page, index) => expect(page).toContain(`Page${index + 1}of${pages.length}`));
  expect(text.slice(0, -1).every((page) => page.includes('Unitprice'))).toBe(true);
});

test('it is marked for archives: PDF/A-3b, a color profile, every font inside', async () => {
  const bytes = await draw(source());
  const heads = pdfHeads(bytes);
  const metadata = Buffer.from(bytes).toString('utf8');
  expect(metadata).toContain('<pdfaid:part>3</pdfaid:part>');
  expect(metadata).toContain('<pdfaid:conformance>B</pdfaid:conformance>');
  expect(heads.some((head) => head.includes('/OutputIntent'))).toBe(true);
  const fonts = heads.filter((head) => head.includes('/Type /FontDescriptor'));
  expect(fonts.length).toBe(2);
  expect(fonts.every((head) => head.includes('/FontFile2'))).toBe(true);
  expect(heads.some((head) => head.includes('/Helvetica'))).toBe(false);
});

/** One point, red, half transparent. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

test('a letterhead may have a picture, also a transparent one', async () => {
  const base = source();
  const withLogo = source({ seller: { ...base.seller, logo: { mediaType: 'image/png', bytes: png } } });
  const [one, two] = [await draw(withLogo), await draw(withLogo)];
  expect(pdfHeads(one).some((head) => head.includes('/Subtype /Image'))).toBe(true);
  expect(Buffer.compare(one, two)).toBe(0);
});

test('Factur-X holds the e-invoice by its prescribed name, announced by the metadata', async () => {
  const bytes = await draw(source(), 'factur-x');
  const cii = Buffer.from(
    await documentRenderers.cii.render({ source: source(), model: documentModel(source()) }),
  ).toString('utf8');
  expect(pdfAttachments(bytes)).toEqual([cii]);
  const heads = pdfHeads(bytes).join('\n');
  expect(heads).toContain('factur-x.xml');
  expect(heads).toContain('/AFRelationship /Alternative');
  expect(Buffer.from(bytes).toString('utf8')).toContain('<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>');
});
