/**
 * Webhooks as providers really send them: twice, in any order, before our own record and long after it, and about things that are not
 * ours. A webhook is only a reason to read the provider, so none of it changes what is true.
 */
import { allTenants } from '../../db/pool';
import type { ActivityDependencies } from '../../activities/dependencies';
import type { Rail } from '../../adapters/rails/port';
import { waitFor } from '../../dev/stack/wait';
import {
  advance,
  arrived,
  beginAdvance,
  dayAfterRenewal,
  declineCard,
  firstRenewal,
  makeCast,
  paidSubscription,
  pastDueSubscription,
  readInvoices,
  readSubscription,
  settleMsMax,
  type Cast,
} from '../support/faults/cast';
import { insist } from '../support/faults/insist';
import { atProvider, declinesAtProvider } from '../support/faults/provider-facts';
import { expectSound } from '../support/faults/soundness';
import { startTestEngine, stripeKey, type TestEngine } from '../support/perennial';

/** Held answers of the provider, by call: an answer passes once its gate opens. */
const gates: { confirmPayment?: Promise<void>; refundPayment?: Promise<void> } = {};

function held(rail: Rail): Rail {
  return {
    ...rail,
    confirmPayment: async (request) => {
      const answer = await rail.confirmPayment(request);
      await gates.confirmPayment;
      return answer;
    },
    refundPayment: async (request) => {
      const answer = await rail.refundPayment(request);
      await gates.refundPayment;
      return answer;
    },
  };
}

const wrap = (deps: ActivityDependencies): ActivityDependencies => ({
  ...deps,
  railNamed: (name) => held(deps.railNamed(name)),
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine({ wrap });
});
afterAll(() => engine.stop());
jest.setTimeout(2 * settleMsMax);

/** Holds the answers of a call back until the returned function is called. */
function close(call: keyof typeof gates): () => void {
  let open = (): void => undefined;
  gates[call] = new Promise<void>((resolve) => (open = resolve));
  return () => {
    delete gates[call];
    open();
  };
}

const newCast = (): Promise<Cast> => makeCast(engine, engine.sandbox.url);

interface Received {
  readonly event_id: string;
  readonly type: string;
  readonly status: string;
  readonly attempts: number;
}

async function received({ tenantId }: Pick<Cast, 'tenantId'>, type: string): Promise<readonly Received[]> {
  const text = 'select event_id, type, status, attempts from webhook_inbox where tenant_id = $1 and type = $2';
  return engine.database.as(allTenants).query<Received & object>({ name: 'received', text }, [tenantId, type]);
}

/** The relay has looked at an event of this type and not yet told anybody, or has told. */
const seen = (cast: Cast, type: string) =>
  waitFor(`${type} is seen`, async () => (await received(cast, type)).some(({ attempts }) => attempts > 0), {
    timeoutMs: settleMsMax,
  });

/** An event that is told again is taken like the first: a provider that hears an error would tell it for days. */
async function expectAllTaken({ control }: Cast): Promise<void> {
  const answers = (await control.deliveries()).flatMap(({ attempts }) => attempts.map(({ status }) => status));
  expect(answers.filter((status) => status !== 200)).toEqual([]);
}

async function playMonth(cast: Cast): Promise<string> {
  const { id } = await pastDueSubscription(cast);
  await cast.control.script({ target: cast.cardRef, always: { kind: 'succeed' } });
  await advance(cast, dayAfterRenewal);
  await insist(cast.api, `/subscriptions/${id}/retry-payment`, {});
  await waitFor('it recovers', async () => (await readSubscription(cast, id)).status === 'active', {
    timeoutMs: settleMsMax,
  });
  return id;
}

test('each webhook three times and in turned order: a decline and the recovery from it stand once', async () => {
  const cast = await newCast();
  await cast.control.webhooks({ duplicates: 2, reorder_batch: 4 });
  const id = await playMonth(cast);
  await cast.control.webhooks({ duplicates: 0, reorder_batch: 0 });
  await cast.control.idle();
  expect((await readInvoices(cast)).map(({ status }) => status)).toEqual(['paid', 'paid']);
  expect((await readSubscription(cast, id)).status).toBe('active');
  expect(await declinesAtProvider(cast)).toBe(1);
  await expectAllTaken(cast);
  await expectSound(cast);
});

test('a failure that is told after the success changes nothing, and asks nobody for money', async () => {
  const cast = await newCast();
  await cast.control.webhooks({ paused: true });
  const id = await playMonth(cast);
  const charges = (await atProvider(cast, 'charges')).length;
  await cast.control.webhooks({ paused: false });
  await cast.control.idle();
  await waitFor('the late failure has come', async () => {
    const [late] = await received(cast, 'payment_intent.payment_failed');
    return late?.status === 'processed';
  });
  expect((await readSubscription(cast, id)).status).toBe('active');
  expect(await atProvider(cast, 'charges')).toHaveLength(charges);
  await expectSound(cast);
});

test('a success that is told before our own record waits for it, and is recorded once', async () => {
  const cast = await newCast();
  await paidSubscription(cast);
  const open = close('confirmPayment');
  beginAdvance(cast, firstRenewal);
  await waitFor(
    'both successes are told',
    async () => (await received(cast, 'payment_intent.succeeded')).length === 2,
    {
      timeoutMs: settleMsMax,
    },
  );
  open();
  await arrived(cast, firstRenewal);
  expect((await readInvoices(cast)).map(({ status }) => status)).toEqual(['paid', 'paid']);
  await expectSound(cast);
});

test('a success of which only the webhook tells is recorded by it: the customer paid on a page', async () => {
  const cast = await newCast();
  const { id } = await pastDueSubscription(cast);
  const [intent] = (await atProvider(cast, 'payment_intents')).filter(({ status }) => status !== 'succeeded');
  await cast.control.script({ target: cast.cardRef, always: { kind: 'succeed' } });
  await fetch(`${cast.stripeUrl}/v1/payment_intents/${intent?.id ?? ''}/confirm`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stripeKey}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ payment_method: cast.cardRef, off_session: 'true' }),
  });
  await waitFor('it recovers', async () => (await readSubscription(cast, id)).status === 'active', {
    timeoutMs: settleMsMax,
  });
  await expectSound(cast);
});

async function refundTen(cast: Cast): Promise<{ id: string; status: string }> {
  const { data } = await cast.api.get<{ data: { id: string }[] }>('/payments');
  const amount = { amount: '10.00', currency: 'USD' };
  return (await insist(cast.api, '/refunds', { payment_id: data[0]?.id, amount })).body;
}

async function expectRefundFailed(cast: Cast, id: string): Promise<void> {
  await waitFor(
    'the refund is known to have failed',
    async () => (await cast.api.get<{ status: string }>(`/refunds/${id}`)).status === 'failed',
    { timeoutMs: settleMsMax, intervalMs: 200 },
  );
  const { data } = await cast.api.get<{ data: { kind: string }[] }>('/ledger/entries?limit=100');
  expect(data.filter(({ kind }) => kind.startsWith('refund')).map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['refund', 'refund_reversal']),
  );
  await expectSound(cast);
}

test('a refund that fails after its success is booked back', async () => {
  const cast = await newCast();
  await paidSubscription(cast);
  const { id, status } = await refundTen(cast);
  expect(status).toBe('succeeded');
  const [made] = await atProvider(cast, 'refunds');
  await cast.control.settle(made?.id ?? '', 'fail');
  await expectRefundFailed(cast, id);
});

test('a refund whose failure is told before our own record of the refund ends as failed', async () => {
  const cast = await newCast();
  await paidSubscription(cast);
  const open = close('refundPayment');
  const asked = refundTen(cast);
  const made = await waitFor('the provider has it', async () => (await atProvider(cast, 'refunds'))[0] ?? null);
  await cast.control.settle(made.id, 'fail');
  await seen(cast, 'refund.failed');
  open();
  await expectRefundFailed(cast, (await asked).id);
});

test('an event told again after the subscription has ended finds nobody, and is done', async () => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  await waitFor('its payment is told', async () => (await received(cast, 'payment_intent.succeeded')).length === 1);
  await insist(cast.api, `/subscriptions/${id}/cancel`, {});
  const [first] = await received(cast, 'payment_intent.succeeded');
  await cast.control.redeliver(first?.event_id ?? '');
  await cast.control.idle();
  await expectAllTaken(cast);
  expect(await received(cast, 'payment_intent.succeeded')).toHaveLength(1);
  expect((await readSubscription(cast, id)).status).toBe('canceled');
  await expectSound(cast);
});

async function foreignPayment(cast: Cast): Promise<void> {
  const body = new URLSearchParams({
    amount: '700',
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: 'true',
    'allowed_payment_method_types[0]': 'card',
  });
  const answer = await fetch(`${cast.stripeUrl}/v1/payment_intents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stripeKey}`, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  expect([answer.status, answer.ok ? '' : await answer.text()]).toEqual([200, '']);
}

test('a payment that is none of ours is noted and changes nothing', async () => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  await foreignPayment(cast);
  const text = `select status from webhook_inbox where type = 'payment_intent.succeeded' and tenant_id is null`;
  const query = () => engine.database.as(allTenants).query<{ status: string }>({ name: 'foreign', text }, []);
  await waitFor('it is received', async () => (await query()).length === 1, { timeoutMs: settleMsMax });
  await waitFor('it is done', async () => (await query())[0]?.status === 'processed', { timeoutMs: settleMsMax });
  expect((await readSubscription(cast, id)).status).toBe('active');
  expect(await readInvoices(cast)).toHaveLength(1);
  await expectSound(cast);
});

test('a card that is declined is not asked again because its webhooks come late and twice', async () => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  await declineCard(cast);
  await cast.control.webhooks({ paused: true, duplicates: 2 });
  await advance(cast, firstRenewal);
  await cast.control.webhooks({ paused: false });
  await cast.control.idle();
  await cast.control.webhooks({ duplicates: 0 });
  await expectSound(cast);
  const { status, collection } = await readSubscription(cast, id);
  expect([status, collection?.attempts, await declinesAtProvider(cast)]).toEqual(['past_due', 1, 1]);
});
