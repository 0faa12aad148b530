/** The README does what it says: its commands are run as they stand, and its picture is the table. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runDemo } from '../../dev/demo/main';
import { makeTemporaryFolder } from '../../dev/stack/watchdog';
import { transitions } from '../../domain/subscription/transitions';
import { startTestEngine, stripeKey, testAdminKey, type TestEngine } from '../support/perennial';
import { temporalAddress, temporalNamespace } from '../support/temporal';
import { readDocument, runShell, shellBlocks } from './shell-blocks';

const readme = readDocument('README.md');
const linesMax = 150;

test('the README has at most 150 lines', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(linesMax);
});

test('the picture shows every transition between two statuses, and none that the table lacks', () => {
  const drawn = [...readme.matchAll(/^ {2}(\w+) --> (\w+) : (.+)$/gm)].map(
    ([, from, to, label]) => `${from} ${label!.replaceAll(' ', '_')} ${to}`,
  );
  const real = Object.entries(transitions).flatMap(([from, row]) =>
    Object.entries(row).flatMap(([transition, to]) => (from === to ? [] : [`${from} ${transition} ${to}`])),
  );
  expect(drawn.sort()).toEqual(real.sort());
});

describe('the tour', () => {
  const [setUp = '', ...calls] = shellBlocks(readme);
  const five = calls.slice(0, 5);
  const ownTenant = calls.slice(5);
  const folder = makeTemporaryFolder('perennial-readme-');
  let engine: TestEngine;

  /** The folder of a checkout where `npm start` runs: what the README reads is the file that names the addresses. */
  function writeAddresses(facts: object): void {
    mkdirSync(path.join(folder, '.perennial'), { recursive: true });
    writeFileSync(path.join(folder, '.perennial/stack.json'), JSON.stringify(facts));
  }

  beforeAll(async () => {
    engine = await startTestEngine();
    const addresses = {
      pid: process.pid,
      apiUrl: engine.apiUrl,
      docsUrl: `${engine.apiUrl}/docs`,
      adminKey: testAdminKey,
      databaseUrl: engine.testDatabase.url,
      databaseAdminUrl: '',
      temporalAddress: temporalAddress(),
      temporalNamespace: temporalNamespace(),
      temporalUiUrl: null,
      stripeUrl: engine.sandbox.url,
      stripeKey,
      webhookSecret: '',
      evmUrl: null,
      evmToken: null,
      say: () => undefined,
    };
    const remember = (facts: object) => writeAddresses({ ...addresses, ...facts });
    expect(await runDemo({ ...addresses, remember })).toEqual({ ok: true });
  }, 120_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await engine.stop();
  });

  test('has five calls', () => {
    const count = (block: string): number => [...block.matchAll(/\bcurl\b/g)].length;
    expect(five.map(count)).toEqual([1, 1, 1, 1, 1]);
    expect(ownTenant.map(count)).toEqual([3]);
  });

  test('ends in a paid invoice of the demo’s plan', async () => {
    const { code, output, errors } = await runShell([setUp, ...five].join('\n'), folder);
    expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
    expect(output.trim().split('\n')).toEqual(['active', 'paid']);
    expect(errors).toContain('"amount": "199.00"');
  });

  test('goes on with a test clock through half a year, as docs/operating/test-clocks.md tells', async () => {
    const clock = shellBlocks(readDocument('docs/operating/test-clocks.md'));
    expect(clock).toHaveLength(3);
    const { code, output, errors } = await runShell([setUp, five[0], ...clock].join('\n'), folder);
    expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
    const days = '2027-06-30,2027-05-31,2027-04-30,2027-03-31,2027-02-28,2027-01-31';
    expect(output.trim().split('\n')).toEqual(['active', 'ready', days]);
  });

  test('ends in a paid invoice of a plan of one’s own, in a tenant of one’s own', async () => {
    const { code, output, errors } = await runShell([setUp, ...ownTenant, ...five.slice(1)].join('\n'), folder);
    expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
    expect(output.trim().split('\n')).toEqual(['active', 'paid']);
    expect(errors).toContain('"number": "INV-000001"');
    expect(errors).toContain('"amount": "12.50"');
  });
});
