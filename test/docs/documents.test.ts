/** What documents name exists: files, links, headings, and npm scripts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectFolder, readDocument } from './shell-blocks';

function documentsIn(folder: string): string[] {
  return readdirSync(path.join(projectFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return documentsIn(file);
    return file.endsWith('.md') ? [file] : [];
  });
}

const documents = ['README.md', ...documentsIn('docs')];

const codeFolders = [
  'activities',
  'adapters',
  'api',
  'db',
  'dev',
  'docs',
  'domain',
  'sandbox',
  'test',
  'worker',
  'workflows',
];

/** Paths of this project in the text: in backticks, below one of its folders, without a placeholder. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  const path = new RegExp(`^(${codeFolders.join('|')})/[\\w./-]*$`);
  return quoted.filter((word) => path.test(word) && !word.includes('NNNN'));
}

interface Link {
  readonly file: string;
  readonly heading: string | undefined;
}

/** Links to files of this project, as paths below its folder. */
function linksIn(document: string, text: string): Link[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', heading] = target.split('#');
      return { file: file === '' ? document : path.posix.join(path.posix.dirname(document), file), heading };
    });
}

/** The anchors that GitHub makes of a document's headings. */
function anchorsOf(file: string): string[] {
  const headings = [...readDocument(file).matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const exists = (file: string): boolean => existsSync(path.join(projectFolder, file));

describe.each(documents)('%s', (document) => {
  const text = readDocument(document);

  test('names only files that exist', () => {
    expect(pathsIn(text).filter((file) => !exists(file))).toEqual([]);
  });

  test('links only to files and headings that exist', () => {
    const broken = linksIn(document, text).filter(
      ({ file, heading }) => !exists(file) || (heading !== undefined && !anchorsOf(file).includes(heading)),
    );
    expect(broken).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(projectFolder, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

test('the tour names files of every layer', () => {
  const named = pathsIn(readDocument('docs/tour.md'));
  for (const folder of ['api', 'workflows', 'activities', 'adapters', 'db', 'domain', 'worker']) {
    expect(named.some((file) => file.startsWith(`${folder}/`))).toBe(true);
  }
});
