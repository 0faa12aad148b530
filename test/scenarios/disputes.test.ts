/** Payers who object with their bank: inquiries and chargebacks, lost, won, told in any order and twice. */
import Stripe from 'stripe';
import { waitFor } from '../../dev/stack/wait';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, stripeKey, type TestEngine } from '../support/perennial';
import { flat, Scene } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface DisputeView {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly amount_withdrawn: { readonly amount: string };
  readonly fee: { readonly amount: string };
  readonly evidence_due_at: string | null;
}

function bank(): Stripe {
  const { hostname, port } = new URL(engine.sandbox.url);
  return new Stripe(stripeKey, { host: hostname, port, protocol: 'http', telemetry: false });
}

/** A paid month of 49.00. */
async function paid() {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]));
  const payment = await scene.payment((await scene.newestInvoice(subscription)).id);
  expect(payment.status).toBe('succeeded');
  const [charge] = Object.values(await scene.control.charges((await scene.newestInvoice(subscription)).id)).flat();
  const disputes = async (): Promise<readonly DisputeView[]> =>
    (await scene.api.get<{ data: DisputeView[] }>(`/disputes?payment_id=${payment.id}`)).data;
  const open = (isInquiry = false) => scene.control.dispute({ charge: charge?.id ?? '', is_inquiry: isInquiry });
  const answer = (dispute: string, text: string) =>
    bank().disputes.update(dispute, { evidence: { uncategorized_text: text }, submit: true });
  const until = (status: string, withdrawn: string) =>
    waitFor(`The dispute is ${status} with ${withdrawn} gone`, async () => {
      const [dispute] = await disputes();
      return dispute?.status === status && dispute.amount_withdrawn.amount === withdrawn ? dispute : null;
    });
  const told = async () =>
    (await scene.eventTypes(subscription)).filter((type) => /^(payment\.disputed|dispute\.)/.test(type));
  const accounts = () =>
    Promise.all(['disputes', 'cash:stripe', 'provider_fees:stripe', 'receivable'].map((name) => scene.account(name)));
  return { scene, subscription, payment, disputes, open, answer, until, told, accounts };
}

test('a chargeback takes the amount and a fee at once; lost, both stay gone and the invoice stays paid', async () => {
  const { scene, subscription, payment, open, answer, until, told, accounts } = await paid();
  // 49.00 less 1.72 is on the account at the provider.
  expect(await accounts()).toEqual(['none', '47.28', '1.72', '0.00']);
  const { id } = await open();
  const dispute = await until('needs_response', '49.00');
  expect([dispute.kind, dispute.fee.amount, dispute.evidence_due_at]).toEqual([
    'chargeback',
    '15.00',
    expect.stringMatching(/Z$/),
  ]);
  expect(await accounts()).toEqual(['49.00', '-16.72', '16.72', '0.00']);
  await checkInvariants(scene);
  await answer(id, 'losing_evidence');
  await until('lost', '49.00');
  expect(await scene.billed(subscription)).toEqual(['paid 49.00']);
  expect(await accounts()).toEqual(['49.00', '-16.72', '16.72', '0.00']);
  const shown = await scene.api.get<{ disputes: DisputeView[] }>(`/payments/${payment.id}`);
  expect(shown.disputes.map(({ status }) => status)).toEqual(['lost']);
  expect((await told()).slice(0, 2)).toEqual(['payment.disputed', 'dispute.funds_withdrawn']);
  expect((await told()).at(-1)).toBe('dispute.lost');
  await checkInvariants(scene);
});

test('a chargeback that is won gives the amount back and keeps the fee', async () => {
  const { scene, open, answer, until, told, accounts } = await paid();
  const { id } = await open();
  await until('needs_response', '49.00');
  await answer(id, 'winning_evidence');
  await until('won', '0.00');
  expect(await accounts()).toEqual(['0.00', '32.28', '16.72', '0.00']);
  expect((await told()).sort()).toEqual(
    expect.arrayContaining(['dispute.funds_reinstated', 'dispute.won', 'payment.disputed']),
  );
  const { data } = await scene.api.get<{ data: { kind: string }[] }>('/ledger/entries?limit=100');
  const kinds = data.map(({ kind }) => kind).filter((kind) => kind.startsWith('dispute'));
  expect(kinds.sort()).toEqual(['dispute', 'dispute_reversal']);
  await checkInvariants(scene);
});

test('told twice, late and in turned order, a dispute is recorded once and its money booked once', async () => {
  const { scene, disputes, open, answer, until, told, accounts } = await paid();
  await scene.control.webhooks({ paused: true, duplicates: 2, reorder_batch: 5 });
  const { id } = await open();
  await answer(id, 'winning_evidence');
  await scene.control.webhooks({ paused: false });
  await scene.control.idle();
  await scene.control.webhooks({ duplicates: 0, reorder_batch: 0 });
  await until('won', '0.00');
  await checkDelivered({ engine });
  expect(await disputes()).toHaveLength(1);
  expect(await told()).toEqual([
    'payment.disputed',
    'dispute.funds_withdrawn',
    'dispute.funds_reinstated',
    'dispute.won',
  ]);
  expect(await accounts()).toEqual(['0.00', '32.28', '16.72', '0.00']);
  await checkInvariants(scene);
});

test('an inquiry moves no money until it becomes a chargeback', async () => {
  const { scene, open, answer, until, told, accounts } = await paid();
  const { id } = await open(true);
  expect((await until('needs_response', '0.00')).kind).toBe('inquiry');
  expect(await accounts()).toEqual(['none', '47.28', '1.72', '0.00']);
  await answer(id, 'escalate_inquiry_evidence');
  expect((await until('needs_response', '49.00')).kind).toBe('chargeback');
  expect(await told()).toContain('dispute.funds_withdrawn');
  expect(await accounts()).toEqual(['49.00', '-16.72', '16.72', '0.00']);
  await checkInvariants(scene);
});

test('a payment that its bank disputes the moment it succeeds has both bookings', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer('pm_card_createDispute');
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  const isDisputed = async () => (await scene.eventTypes(subscription)).includes('dispute.funds_withdrawn');
  await waitFor('The dispute is recorded', isDisputed, { timeoutMs: 30_000 });
  expect([await scene.account('disputes'), await scene.account('cash:stripe')]).toEqual(['49.00', '-16.72']);
  await checkInvariants(scene);
});
