/** The state survives the process: killed without warning, it comes back with everything that was answered. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createStripeControl } from '../../../sandbox/stripe/control/client';
import { customerWith, errorOf, officialClient, openIntent, startCase, type SandboxCase } from './sandbox-case';
import { startReceiver } from './receiver';

const MAIN = path.join(__dirname, '..', '..', '..', 'sandbox', 'stripe', 'main.ts');
const READY_TIMEOUT_MS = 30_000;

let folder: string;
let stateFile: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'stripe-sandbox-'));
  stateFile = path.join(folder, 'state.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Running {
  readonly process: ChildProcess;
  readonly port: number;
}

async function startProcess(): Promise<Running> {
  const child = fork(MAIN, ['--port', '0', '--state-file', stateFile], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = AbortSignal.timeout(READY_TIMEOUT_MS);
  const [message] = (await once(child, 'message', { signal: ready })) as [{ ready: boolean; port: number }];
  return { process: child, port: message.port };
}

async function end({ process: child }: Running, how: () => void): Promise<number | null> {
  const ended = once(child, 'exit');
  how();
  const [status] = (await ended) as [number | null];
  return status;
}

describe('the process', () => {
  it('loses nothing when it is killed: objects, events and idempotency keys come back', async () => {
    const first = await startProcess();
    const stripe = officialClient(first.port);
    const intent = await openIntent(stripe, 'pm_card_visa');
    const paid = await stripe.paymentIntents.confirm(intent.id, {}, { idempotencyKey: 'pay' });
    const events = (await stripe.events.list()).data.map(({ id }) => id);
    await end(first, () => first.process.kill('SIGKILL'));
    const second = await startProcess();
    const again = officialClient(second.port);
    const replayed = await again.paymentIntents.confirm(intent.id, {}, { idempotencyKey: 'pay' });
    expect(JSON.parse(JSON.stringify(replayed))).toEqual(JSON.parse(JSON.stringify(paid)));
    expect((await again.events.list()).data.map(({ id }) => id)).toEqual(events);
    const invoice = intent.metadata['invoice_id'] ?? '';
    const charges = await createStripeControl(`http://127.0.0.1:${second.port}`).charges(invoice);
    expect(charges[invoice]).toHaveLength(1);
    await end(second, () => second.process.kill('SIGKILL'));
  });

  it.each([
    ['SIGTERM', (running: Running) => running.process.kill('SIGTERM')],
    ['the end of its parent', (running: Running) => running.process.disconnect()],
  ])('ends with status 0 at %s', async (_case, stop) => {
    const running = await startProcess();
    expect(await end(running, () => stop(running))).toBe(0);
  });
});

describe('a restart', () => {
  const started: SandboxCase[] = [];
  const start = async (): Promise<SandboxCase> => {
    const sandbox = await startCase({ stateFile });
    started.push(sandbox);
    return sandbox;
  };
  const restart = async (sandbox: SandboxCase): Promise<SandboxCase> => {
    await sandbox.close();
    started.pop();
    return start();
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((sandbox) => sandbox.close()));
  });

  it('leaves out a last line that a kill cut short, and goes on', async () => {
    const sandbox = await start();
    const customer = await sandbox.stripe.customers.create({});
    appendFileSync(stateFile, '[["customers","cus_torn",{"id":"cus_to');
    const again = await restart(sandbox);
    const other = await again.stripe.customers.create({});
    const third = await restart(again);
    const ids = (await third.stripe.customers.list()).data.map(({ id }) => id);
    expect(ids).toEqual([other.id, customer.id]);
  });

  it('refuses a file that is damaged elsewhere, and says where', async () => {
    const sandbox = await start();
    await sandbox.stripe.customers.create({});
    await sandbox.close();
    started.pop();
    writeFileSync(stateFile, `nonsense\n${readFileSync(stateFile, 'utf8')}`);
    await expect(start()).rejects.toThrow(/damaged in line 1/);
  });

  it('delivers the webhooks that were still held back', async () => {
    const receiver = await startReceiver();
    const sandbox = await start();
    await sandbox.stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] });
    await sandbox.control.webhooks({ paused: true });
    await sandbox.stripe.customers.create({});
    const again = await restart(sandbox);
    expect(await again.control.idle()).toBe(true);
    expect(receiver.types()).toEqual(['customer.created']);
    await receiver.close();
  });

  it('keeps what was scripted and what was deleted', async () => {
    const sandbox = await start();
    const owner = await customerWith(sandbox.stripe, 'pm_card_visa');
    await sandbox.control.script({ target: owner.method, always: { kind: 'decline', decline_code: 'lost_card' } });
    const gone = await sandbox.stripe.customers.create({});
    await sandbox.stripe.customers.del(gone.id);
    const again = await restart(sandbox);
    const order = { amount: 4900, currency: 'usd', customer: owner.customer, payment_method: owner.method };
    const error = await errorOf(again.stripe.paymentIntents.create({ ...order, confirm: true, off_session: true }));
    expect(error.decline_code).toBe('lost_card');
    expect(await again.stripe.customers.retrieve(gone.id)).toMatchObject({ deleted: true });
  });

  it('settles by itself what was processing, when it was started so', async () => {
    const sandbox = await start();
    const debit = await openIntent(sandbox.stripe, 'pm_usBankAccount_success', { confirm: true });
    expect(debit.status).toBe('processing');
    await sandbox.close();
    started.pop();
    const again = await startCase({ stateFile, settleAfterMs: 1 });
    started.push(again);
    const status = await waitFor(async () => {
      const { status: now } = await again.stripe.paymentIntents.retrieve(debit.id);
      return now === 'processing' ? null : now;
    });
    expect(status).toBe('succeeded');
  });
});

const ATTEMPTS_MAX = 200;

/** Asks again until there is an answer. */
async function waitFor<T>(ask: () => Promise<T | null>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  throw new Error('It did not happen.');
}
