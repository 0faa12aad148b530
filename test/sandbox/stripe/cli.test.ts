/** The official command line's own fixtures run against the sandbox unchanged, and leave the event that they are named after. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { API_KEY, startCase, type SandboxCase } from './sandbox-case';

const run = promisify(execFile);
const TRIGGER_TIMEOUT_MS = 30_000;

/** Every fixture of the command line about payments, customers and payouts that needs no product, invoice or legacy source. */
const triggers = [
  'charge.captured',
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.failed',
  'charge.refund.updated',
  'charge.refunded',
  'charge.succeeded',
  'customer.created',
  'customer.deleted',
  'customer.updated',
  'payment_intent.amount_capturable_updated',
  'payment_intent.canceled',
  'payment_intent.created',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'payment_method.attached',
  'payment_method.detached',
  'payment_method.updated',
  'payout.created',
  'payout.updated',
  'setup_intent.canceled',
  'setup_intent.created',
  'setup_intent.requires_action',
  'setup_intent.setup_failed',
  'setup_intent.succeeded',
] as const;

/** The command line's binary; null, with the reason, where its package has none. */
function findBinary(): { file: string } | { reason: string } {
  const resolve = createRequire(__filename).resolve;
  try {
    const manifest = resolve(`@stripe/cli-${process.platform}-${process.arch}/package.json`);
    return { file: path.join(path.dirname(manifest), 'bin', process.platform === 'win32' ? 'stripe.exe' : 'stripe') };
  } catch {
    return { reason: `@stripe/cli has no binary for ${process.platform} ${process.arch}` };
  }
}

const binary = findBinary();
const cliTest = 'file' in binary ? it : it.skip;

describe(`stripe trigger${'reason' in binary ? ` (${binary.reason})` : ''}`, () => {
  let sandbox: SandboxCase;
  const home = mkdtempSync(path.join(os.tmpdir(), 'stripe-cli-'));

  beforeAll(async () => {
    sandbox = await startCase();
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** Rejects when the command ends with another status than 0. */
  const trigger = (event: string): Promise<{ stdout: string; stderr: string }> =>
    run('file' in binary ? binary.file : '', ['trigger', event, '--api-base', sandbox.url, '--api-key', API_KEY], {
      timeout: TRIGGER_TIMEOUT_MS,
      env: { HOME: home, XDG_CONFIG_HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1', NO_PROXY: '127.0.0.1' },
    });

  cliTest.each(triggers)('%s ends with status 0 and leaves its event', async (event) => {
    await sandbox.control.reset();
    await trigger(event);
    const listed = await sandbox.stripe.events.list({ types: [event] });
    expect(listed.data.map(({ type }) => type)).toContain(event);
    expect(sandbox.defects).toEqual([]);
  });

  it('counts the 28 fixtures', () => {
    expect(new Set(triggers).size).toBe(28);
  });

  cliTest('fails where an answer is not what its fixture expects', async () => {
    await sandbox.control.fault({ method: 'POST', path: '/v1/customers', kind: 'error_500' });
    await expect(trigger('customer.created')).rejects.toThrow();
  });
});
