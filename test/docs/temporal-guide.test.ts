/** The operating guide of Temporal: its tables are the code's, and its commands are run as they stand. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ApiClient } from '../../dev/api-client';
import { obtainTemporal } from '../../dev/stack/temporal-binary';
import { waitFor } from '../../dev/stack/wait';
import { makeTemporaryFolder } from '../../dev/stack/watchdog';
import { commandRules } from '../../domain/subscription/commands';
import { transitions } from '../../domain/subscription/transitions';
import { messages, searchAttributes } from '../../workflows/contract';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { temporalAddress, temporalNamespace } from '../support/temporal';
import { makeTenant } from '../support/tenant';
import { readDocument, runShell, shellBlocks, type ShellOutcome } from './shell-blocks';

const guide = readDocument('docs/operating/temporal.md');

/** The rows of the table under these column titles, as trimmed cells. */
function tableUnder(...titles: string[]): string[][] {
  const lines = guide.split('\n');
  const start = lines.indexOf(`| ${titles.join(' | ')} |`);
  expect(start).toBeGreaterThan(-1);
  const rows = lines.slice(start + 2);
  return rows.slice(0, rows.indexOf('')).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codeWords = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

test('the table of commands has each command with exactly its fields, the required ones marked', () => {
  const documented = tableUnder('Command', 'Payload', 'What it does').map(([name = '', payload = '']) => ({
    name: codeWords(name)[0],
    fields: payload === '' ? [] : payload.split(', '),
  }));
  const real = Object.entries(commandRules).map(([name, { fields }]) => ({
    name,
    fields: Object.entries(fields).map(([field, rule]) =>
      rule.required === true ? `\`${field}\` (required)` : `\`${field}\``,
    ),
  }));
  expect(documented).toEqual(real);
});

test('every value that a field of a command may have stands in the guide', () => {
  const choices = Object.values(commandRules).flatMap(({ fields }) =>
    Object.values(fields).flatMap((rule) => rule.oneOf ?? []),
  );
  expect([...new Set(choices)].filter((choice) => !guide.includes(`\`${choice}\``))).toEqual([]);
});

test('the table of search attributes has each attribute with its type, and every status', () => {
  const rows = tableUnder('Search attribute', 'Type', 'Value');
  const documented = rows.map(([name = '', type = '']) => [codeWords(name)[0], type.toUpperCase()]);
  expect(documented).toEqual(Object.values(searchAttributes).map(({ name, type }) => [name, type]));
  const statuses = rows.find(([name]) => name === '`BillingStatus`')?.[2] ?? '';
  expect(codeWords(statuses)).toEqual(expect.arrayContaining(Object.keys(transitions)));
  expect(codeWords(statuses)).toHaveLength(Object.keys(transitions).length);
});

test('every message that is no command is named', () => {
  expect(Object.values(messages).filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});

/** One word of each block that is run, by what it shows. */
const shown = {
  find: "BillingStatus='past_due' and ExecutionStatus='Running'\"\ntemporal",
  read: 'WORKFLOW=',
  upgrade: '--name changePlan',
  cancel: '--name cancel',
  uncancel: '--name uncancel',
  many: '--name retryPayment',
} as const;

describe('the commands of the guide', () => {
  const blocks = shellBlocks(guide);
  const folder = makeTemporaryFolder('perennial-guide-');
  let engine: TestEngine;
  let api: ApiClient;
  let tenantId: string;
  const ids = { subscription: '', owing: '', plan: '' };

  /** Runs one block, after the one that prepares the terminal. */
  async function run(part: keyof typeof shown): Promise<ShellOutcome> {
    const block = blocks.filter((text) => text.includes(shown[part]));
    expect(block).toHaveLength(1);
    const variables = `SUBSCRIPTION=${ids.subscription}\nPLAN=${ids.plan}\n`;
    const workflow = part === 'read' ? '' : `WORKFLOW="sub/$TENANT/$SUBSCRIPTION"\n`;
    const outcome = await runShell([variables, blocks[0], workflow, block[0]].join('\n'), folder);
    expect({ code: outcome.code, errors: outcome.code === 0 ? '' : outcome.errors }).toEqual({ code: 0, errors: '' });
    return outcome;
  }

  const read = () => api.get<{ plan_id: string; cancel_at: string | null }>(`/subscriptions/${ids.subscription}`);

  async function subscribe(token: string, plan: string): Promise<string> {
    const customer = await api.post<{ id: string }>('/customers', { name: 'Acme' });
    await api.post('/payment-methods', { customer_id: customer.id, rail: 'stripe', token });
    const body = { customer_id: customer.id, plan_id: plan, currency: 'USD' };
    return (await api.post<{ id: string }>('/subscriptions', body)).id;
  }

  async function makePlan(productId: string, code: string, amount: string): Promise<string> {
    const prices = [{ model: 'flat', amounts: { USD: amount }, description: code }];
    const interval = { unit: 'month', count: 1 };
    const plan = { product_id: productId, code, name: `${code} monthly`, interval, prices };
    return (await api.post<{ id: string }>('/plans', plan)).id;
  }

  beforeAll(async () => {
    const { TEMPORAL_ADDRESS: _running, ...variables } = process.env;
    const source = await obtainTemporal({ say: () => undefined, variables });
    engine = await startTestEngine();
    ({ api, tenantId } = await makeTenant(engine));
    const stack = {
      temporalAddress: temporalAddress(),
      temporalNamespace: temporalNamespace(),
      demoTenantId: tenantId,
    };
    mkdirSync(path.join(folder, '.perennial/cache/bin'), { recursive: true });
    writeFileSync(path.join(folder, '.perennial/stack.json'), JSON.stringify(stack));
    if (source.kind === 'binary') symlinkSync(source.path, path.join(folder, '.perennial/cache/bin/temporal-cli'));
    const product = await api.post<{ id: string }>('/products', { name: 'Acme Cloud' });
    const starter = await makePlan(product.id, 'starter', '49.00');
    ids.plan = await makePlan(product.id, 'pro', '199.00');
    ids.subscription = await subscribe('pm_card_visa', starter);
    ids.owing = await subscribe('pm_card_chargeCustomerFail', starter);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await engine.stop();
  });

  test('are all run here', () => {
    expect(blocks.slice(1).map((block) => Object.values(shown).filter((words) => block.includes(words)).length)).toEqual(
      Object.values(shown).map(() => 1),
    );
  });

  test('find the subscription that is past due, and not the one that is paid', async () => {
    const found = await waitFor('the list has caught up', async () => {
      const { output } = await run('find');
      return output.includes(ids.owing) && output;
    });
    expect(found).not.toContain(ids.subscription);
  });

  test('show how it stands and what comes next', async () => {
    const { output } = await run('read');
    expect(output).toContain('**active** · Acme · starter monthly · 1 × ');
    expect(output).toContain('Next: renews, ');
    expect(output).toContain('"status":"active"');
  });

  test('upgrade by signal', async () => {
    await run('upgrade');
    await waitFor('the new plan', async () => (await read()).plan_id === ids.plan);
  });

  test('cancel at the end of the period by signal, and take it back by update', async () => {
    const { output } = await run('cancel');
    expect(output).toMatch(/Cancels \d{4}-/);
    expect((await read()).cancel_at).not.toBeNull();
    expect((await run('uncancel')).output).toContain('status:active');
    expect((await read()).cancel_at).toBeNull();
  });

  test('signal all that are past due', async () => {
    await run('many');
    await waitFor('the command is carried out', async () => {
      const path = `/audit-log?subject_id=${ids.owing}&action=retryPayment`;
      const log = await api.get<{ data: { actor: string; outcome: string }[] }>(path);
      return log.data.some(({ actor, outcome }) => actor === 'operator' && outcome === 'applied');
    });
  });
});
