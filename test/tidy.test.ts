import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileLinesMax, functionLinesMax, untidiness } from './support/tidy-rules';

const root = path.join(__dirname, '..');
const checkedTypes = /\.([cm]?[jt]s|sql|json|ya?ml|sh|md)$|^(Dockerfile|\.ci\/run)$/;
/** They hold bad samples on purpose. */
const exempt = ['test/tidy.test.ts', 'test/support/tidy-rules.ts'];

function projectFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((file) => checkedTypes.test(file) && !exempt.includes(file) && existsSync(path.join(root, file)));
}

test('every file of the project is tidy', () => {
  const files = projectFiles();
  expect(files.length).toBeGreaterThan(20);
  const found = files.flatMap((file) => untidiness(file, readFileSync(path.join(root, file), 'utf8')));
  expect(found.map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual([]);
});

describe('the check refuses', () => {
  const longBody = 'work();\n'.repeat(functionLinesMax - 1);

  const samples: [string, string, RegExp][] = [
    ['activities/x.ts', 'const a = process.env.KEY;', /process\.env: add a key/],
    ['domain/x.ts', 'const now = Date.now();', /take `now` as an argument/],
    ['workflows/x.ts', 'const now = new Date();', /take `now` as an argument/],
    ['workflows/clock.ts', 'Math.random()', /randomness/],
    ['domain/x.ts', 'const id = randomUUID();', /randomness/],
    ['db/x.ts', 'const amount = Number(row.amount);', /a number made from an amount/],
    ['api/x.ts', 'const fee = parseInt(text, 10);', /a number made from an amount/],
    ['domain/time.ts', 'parseFloat("1.5")', /a rounded number/],
    ['activities/x.ts', 'total.toFixed(2)', /a rounded number/],
    ['api/x.ts', 'console.log(1)', /take a logger/],
    ['sandbox/stripe/x.ts', 'console.error(1)', /take a logger/],
    ['adapters/x.ts', 'const a = b as any;', /narrow from `unknown`/],
    ['adapters/x.ts', '// @ts-ignore\nwork();', /@ts-expect-error/],
    ['dev/x.ts', '// TODO later', /a loose end/],
    ['test/x.test.ts', 'test.only("x", () => 1);', /a focused test/],
    ['test/x.test.ts', 'await new Promise((resolve) => setTimeout(resolve, 100));', /waitFor/],
    ['docs/x.md', 'Look into /home/somebody/perennial.', /relative to the project/],
    ['domain/x.ts', `function long() {\n${longBody}}`, /a function of 71 lines/],
    ['domain/x.ts', `const long = () => {\n${longBody}};`, /a function of 71 lines/],
    ['test/x.test.ts', `test('x', () => {\n${longBody}});`, /a function of 71 lines/],
    ['domain/x.ts', 'work();\n'.repeat(fileLinesMax + 1), /a file of 401 lines/],
    ['domain/price-utils.ts', '', /says nothing/],
    ['api/helpers/x.ts', '', /says nothing/],
  ];

  test.each(samples.map(([file, text, message]) => [file, message, text] as const))('%s: %s', (file, message, text) => {
    expect(untidiness(file, text)).toEqual([
      expect.objectContaining({ file, message: expect.stringMatching(message) }),
    ]);
  });

  test('and names the line', () => {
    expect(untidiness('api/x.ts', '\n\nconsole.log(1);')).toEqual([expect.objectContaining({ line: 3 })]);
  });
});

describe('the check accepts', () => {
  test.each([
    ['config.ts', 'loadConfig(process.env)'],
    ['dev/x.ts', 'console.log(process.env.PATH)'],
    ['domain/x.ts', '// never Date.now() or process.env here\nconst at = new Date(now);'],
    ['domain/x.ts', '/**\n * Not console.log.\n */\nexport const one = 1;'],
    ['workflows/clock.ts', 'Date.now()'],
    ['domain/money.ts', 'input.toFixed()'],
    ['domain/time.ts', 'const year = Number(years);'],
    ['domain/x.ts', 'Number.isInteger(3) && isNumber(4)'],
    ['test/x.test.ts', `describe('x', () => {\n${'work();\n'.repeat(functionLinesMax)}});`],
    [
      'test/conformance/x.ts',
      `function suite() {\n  describe('x', () => {\n${'work();\n'.repeat(functionLinesMax)}});\n}`,
    ],
    ['domain/x.ts', 'work();\n'.repeat(fileLinesMax)],
    ['docs/x.md', 'See https://example.com/work/page and ./work/page.'],
    ['domain/commonality.ts', ''],
  ])('%s, sample %#', (file, text) => {
    expect(untidiness(file, text)).toEqual([]);
  });
});
