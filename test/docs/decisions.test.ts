/** The decisions: each page has its parts and its line in the list, and each dependency its reason. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { projectFolder, readDocument } from './shell-blocks';

const pages = readdirSync(path.join(projectFolder, 'docs/decisions')).filter((file) => /^\d{4}-/.test(file));
const list = readDocument('docs/decisions/README.md');

describe.each(pages)('%s', (page) => {
  const text = readDocument(`docs/decisions/${page}`);

  test('has status, context, decision, consequences and alternatives', () => {
    expect(text).toMatch(/^\*\*Status\*\*: /m);
    const headings = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(['Context', 'Decision', 'Consequences', 'Alternatives']);
  });

  test('is listed under its number', () => {
    expect(text).toContain(`# ${page.slice(0, 4)} `);
    expect(list).toContain(`| [${page.slice(0, 4)}](${page}) |`);
  });
});

test('no number is given twice', () => {
  const numbers = pages.map((page) => page.slice(0, 4));
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('every dependency is explained in its part of the list, and none that is not there', () => {
  const manifest = JSON.parse(readDocument('package.json')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
    optionalDependencies: Record<string, string>;
  };
  const [, production = '', development = ''] = readDocument('docs/decisions/dependencies.md').split(/^## .+$/m);
  const named = (text: string): string[] => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
  expect(named(production)).toEqual(Object.keys(manifest.dependencies));
  const { devDependencies, optionalDependencies } = manifest;
  expect(named(development)).toEqual(Object.keys({ ...devDependencies, ...optionalDependencies }).sort());
});
