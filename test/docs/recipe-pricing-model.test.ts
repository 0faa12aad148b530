/** docs/recipes/add-a-pricing-model.md, followed to the letter on a copy of the domain: what comes out passes the conformance suite. */
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { makeTemporaryFolder } from '../../dev/stack/watchdog';
import type { PricingModel } from '../../domain/pricing';
import { pricingConformance } from '../conformance/pricing';
import { projectFolder, readDocument } from './shell-blocks';

interface Block {
  readonly kind: string;
  readonly file: string;
  readonly text: string;
}

/** Blocks that name a file: a whole one (`ts`), or a change of one (`diff`). */
function blocksOf(document: string): Block[] {
  return [...readDocument(document).matchAll(/^```(ts|diff) (\S+)\n([\s\S]*?)^```$/gm)].map(
    ([, kind = '', file = '', text = '']) => ({ kind, file, text }),
  );
}

const side = (text: string, sign: '-' | '+'): string =>
  text
    .split('\n')
    .filter((line) => line.startsWith(sign))
    .map((line) => line.slice(1))
    .join('\n');

function follow(folder: string, { kind, file, text }: Block): void {
  const target = path.join(folder, file);
  if (kind === 'ts') return writeFileSync(target, text);
  const before = readFileSync(target, 'utf8');
  if (!before.includes(side(text, '-'))) throw new Error(`${file} has no line "${side(text, '-')}" any more.`);
  writeFileSync(target, before.replace(side(text, '-'), side(text, '+')));
}

const folder = makeTemporaryFolder('perennial-recipe-');
cpSync(path.join(projectFolder, 'domain'), path.join(folder, 'domain'), { recursive: true });
symlinkSync(path.join(projectFolder, 'node_modules'), path.join(folder, 'node_modules'));
for (const block of blocksOf('docs/recipes/add-a-pricing-model.md')) follow(folder, block);

const { pricingModels } = createRequire(__filename)(path.join(folder, 'domain/pricing/index.ts')) as {
  pricingModels: Readonly<Record<string, PricingModel>>;
};
afterAll(() => rmSync(folder, { recursive: true }));

pricingConformance('first_and_further', pricingModels['first_and_further'] as PricingModel);

test.each([
  ['0', '0'],
  ['1', '10'],
  ['2', '12.5'],
  ['10', '32.5'],
])('%s units, of which the first is dearer, cost %s', (quantity, exact) => {
  const parameters = { amounts: { USD: '10.00' }, further: { USD: '2.50' } };
  const usage = { form: 'quantity', quantity } as const;
  expect(pricingModels['first_and_further']?.price(parameters, usage, 'USD').exact).toBe(exact);
});
