/** Reads the text of a PDF that the engine drew, through the fonts that it embeds: what a reader would select and copy. */
import { inflateSync } from 'node:zlib';

interface PdfObject {
  readonly head: string;
  readonly stream: Buffer | null;
}

/** All objects by number; streams are unpacked. */
function objectsOf(bytes: Uint8Array): Map<string, PdfObject> {
  const text = Buffer.from(bytes).toString('latin1');
  const objects = new Map<string, PdfObject>();
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [head = '', body] = (match[2] ?? '').split(/\nstream\n/);
    const raw = body === undefined ? null : Buffer.from(body.replace(/\nendstream$/, ''), 'latin1');
    objects.set(match[1] ?? '', {
      head,
      stream: raw !== null && head.includes('/FlateDecode') ? inflateSync(raw) : raw,
    });
  }
  return objects;
}

/** Glyph to text, from a `ToUnicode` map: ranges with one text for each glyph. */
function glyphsOf(map: string): Map<number, string> {
  const glyphs = new Map<number, string>();
  for (const [, from = '0', list = ''] of map.matchAll(/<(\w+)> <\w+> \[([^\]]*)\]/g)) {
    [...list.matchAll(/<([^>]*)>/g)].forEach(([, codes = ''], index) => {
      const units = codes.split(' ').flatMap((code) => code.match(/.{4}/g) ?? []);
      glyphs.set(parseInt(from, 16) + index, String.fromCharCode(...units.map((unit) => parseInt(unit, 16))));
    });
  }
  return glyphs;
}

const reference = (head: string, name: string): string => new RegExp(`/${name} (\\d+) 0 R`).exec(head)?.[1] ?? '';

function fontsOf(objects: ReadonlyMap<string, PdfObject>): Map<string, Map<number, string>> {
  const fonts = new Map<string, Map<number, string>>();
  for (const { head } of objects.values()) {
    for (const [, name = '', number = ''] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const map = objects.get(reference(objects.get(number)?.head ?? '', 'ToUnicode'))?.stream;
      fonts.set(name, glyphsOf(map?.toString('latin1') ?? ''));
    }
  }
  return fonts;
}

/** The text runs of each page, in the order in which they were drawn. */
export function pdfPages(bytes: Uint8Array): string[][] {
  const objects = objectsOf(bytes);
  const fonts = fontsOf(objects);
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\n/.test(head));
  return pages.map(({ head }) => {
    const content = objects.get(reference(head, 'Contents'))?.stream?.toString('latin1') ?? '';
    let font = new Map<number, string>();
    const runs: string[] = [];
    for (const [, name, array] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (name !== undefined) font = fonts.get(name) ?? font;
      else
        runs.push(
          [...(array ?? '').matchAll(/<(\w+)>/g)]
            .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
            .map((glyph) => font.get(parseInt(glyph, 16)) ?? '�')
            .join(''),
        );
    }
    return runs;
  });
}

/** The heads of all objects, such as dictionaries of fonts and the catalog. */
export function pdfHeads(bytes: Uint8Array): string[] {
  return [...objectsOf(bytes).values()].map(({ head }) => head);
}

/** Files inside the PDF, by the name of their media type. */
export function pdfAttachments(bytes: Uint8Array): string[] {
  return [...objectsOf(bytes).values()]
    .filter(({ head }) => /\/Type \/EmbeddedFile\n/.test(head))
    .map(({ stream }) => stream?.toString('utf8') ?? '');
}
