/** What cards, banks and the network do. */
import type { FaultOrder, ScriptOutcome } from '../../sandbox/stripe/control/client';
import type { Step } from './steps';
import { unlessRefused, type SimulatedWorld } from './world';

const decline = (decline_code: string, more: object = {}): ScriptOutcome => ({
  kind: 'decline',
  decline_code,
  ...more,
});

/** Declines of each class, with and without the network's advice; a bank that asks; a payment that takes days. */
const outcomes: readonly ScriptOutcome[] = [
  decline('insufficient_funds', { network_advice_code: null }),
  decline('insufficient_funds'),
  decline('do_not_honor'),
  decline('generic_decline', { network_advice_code: '27' }),
  decline('card_velocity_exceeded'),
  decline('expired_card'),
  decline('incorrect_cvc'),
  decline('stolen_card'),
  decline('generic_decline', { network_advice_code: '03' }),
  { kind: 'requires_action' },
  { kind: 'processing', then: { kind: 'succeed' } },
  { kind: 'processing', then: { kind: 'decline', decline_code: 'insufficient_funds' } },
];

const scriptCard: Step = {
  name: 'script a card',
  weight: 9,
  async run({ random, scene, customers }) {
    const cards = customers.flatMap((customer) => customer.cards.slice(-1));
    if (cards.length === 0) return null;
    const card = random.pick(cards);
    const outcome = random.pick(outcomes);
    const order = random.percent(50) ? { always: random.percent(40) ? null : outcome } : { next: [outcome] };
    await scene.script(card, order);
    return `${card} ${JSON.stringify(order)}`;
  },
};

const tokens = [
  'pm_card_visa',
  'pm_card_visa_debit',
  'pm_card_mastercard',
  'pm_card_amex',
  'pm_card_discover',
  'pm_card_authenticationRequired',
  'pm_card_chargeCustomerFail',
  'pm_card_visa_chargeDeclined',
  'pm_card_refundFail',
  'pm_card_pendingRefund',
];

const newCard: Step = {
  name: 'new card',
  weight: 9,
  async run({ random, scene, customers }) {
    if (customers.length === 0) return null;
    const customer = random.pick(customers);
    const debit = customer.currency === 'USD' && random.percent(15);
    const token = debit ? 'pm_usBankAccount_processing' : random.pick(tokens);
    const made = await unlessRefused(scene.card(customer.id, token));
    if (made.startsWith('refused')) return `${customer.id} ${token}: ${made}`;
    customer.cards.push(made);
    return `${customer.id} ${token} is ${made}`;
  },
};

const detachCard: Step = {
  name: 'detach a card',
  weight: 1,
  async run({ random, scene, customers }) {
    if (customers.length === 0) return null;
    const customer = random.pick(customers);
    type Customer = { default_payment_method_id: string | null };
    const { default_payment_method_id: id } = await scene.api.get<Customer>(`/customers/${customer.id}`);
    if (id === null) return null;
    await scene.api.delete(`/payment-methods/${id}`);
    return `${customer.id} ${id}`;
  },
};

const inFlightStatement = {
  name: 'test_in_flight',
  text: `
select p.provider_ref, p.next_action_url, p.status from payments p
where p.tenant_id = $1 and p.status in ('processing', 'requires_action') order by p.id`,
};

async function inFlight({ scene }: SimulatedWorld, status: string) {
  const rows = await scene.engine.database.as(scene.tenantId).query(inFlightStatement, [scene.tenantId]);
  return rows.filter((row) => row['status'] === status);
}

const settleDebit: Step = {
  name: 'a bank answers',
  weight: 8,
  async run(world) {
    const processing = await inFlight(world, 'processing');
    if (processing.length === 0) return null;
    const intent = String(world.random.pick(processing)['provider_ref']);
    const outcome = world.random.pick(['succeed', 'succeed', 'fail'] as const);
    await world.scene.control.settle(intent, outcome);
    await world.scene.control.idle();
    return `${intent} ${outcome}`;
  },
};

/** The customer opens the link of the newest failure and pays; or confirms what the bank asked. */
const customerPays: Step = {
  name: 'a customer pays by the link',
  weight: 8,
  async run(world) {
    const { random, scene } = world;
    const asked = await inFlight(world, 'requires_action');
    if (asked.length > 0) {
      const url = String(random.pick(asked)['next_action_url']);
      const outcome = random.pick(['complete', 'complete', 'fail'] as const);
      if (!url.startsWith('http')) return null;
      await scene.control.authenticate(url, outcome);
      await scene.control.idle();
      return `${outcome}s the bank's question`;
    }
    type Events = { data: readonly { data: { payment_url?: string } }[] };
    const { data } = await scene.api.get<Events>('/events?type=invoice.payment_failed&limit=5');
    const links = data.flatMap((event) => event.data.payment_url ?? []);
    if (links.length === 0) return null;
    const answer = await fetch(random.pick(links), { method: 'POST', redirect: 'manual' });
    if (answer.status >= 500) throw new Error(`The payment page answered ${answer.status}.`);
    return `and the page answers ${answer.status}`;
  },
};

const paths: readonly Pick<FaultOrder, 'method' | 'path'>[] = [
  { method: 'POST', path: '/v1/payment_intents' },
  { method: 'POST', path: '/v1/payment_intents/*/confirm' },
  { method: 'POST', path: '/v1/payment_intents/*/confirm' },
  { method: 'POST', path: '/v1/payment_intents/*/cancel' },
  { method: 'GET', path: '/v1/payment_intents/*' },
];

const fault: Step = {
  name: 'a fault',
  weight: 3,
  async run({ random, scene }) {
    const order: FaultOrder = {
      ...random.pick(paths),
      kind: random.pick([
        'lose_reply',
        'lose_reply',
        'error_500',
        'rate_limit',
        'lock_timeout',
        'conflict',
        'bad_gateway',
      ]),
      moment: random.pick(['before', 'after']),
      count: random.between(1, 2),
    };
    await scene.control.fault(order);
    return JSON.stringify(order);
  },
};

const webhookTrouble: Step = {
  name: 'webhooks',
  weight: 2,
  async run({ random, scene }) {
    const settings = random.pick([
      { duplicates: 2 },
      { reorder_batch: 4 },
      { duplicates: 0, reorder_batch: 0 },
      { delay_ms: 200 },
      { delay_ms: 0 },
    ]);
    await scene.control.webhooks(settings);
    return JSON.stringify(settings);
  },
};

const refundFails: Step = {
  name: 'a refund ends at the bank',
  weight: 2,
  async run({ random, scene }) {
    const text = `select provider_ref from refunds where tenant_id = $1 and provider_ref is not null and status in ('pending', 'succeeded')`;
    const rows = await scene.engine.database.as(scene.tenantId).query({ name: 'test_refunds', text }, [scene.tenantId]);
    if (rows.length === 0) return null;
    const refund = String(random.pick(rows)['provider_ref']);
    const outcome = random.pick(['succeed', 'fail'] as const);
    // The sandbox refuses what makes no sense, such as the failure of a refund that failed.
    const refused = await scene.control.settle(refund, outcome).then(
      () => '',
      (error: Error) => ` (${error.message.slice(0, 80)})`,
    );
    await scene.control.idle();
    return `${refund} ${outcome}${refused}`;
  },
};

export const bankSteps: readonly Step[] = [
  scriptCard,
  newCard,
  detachCard,
  settleDebit,
  customerPays,
  fault,
  webhookTrouble,
  refundFails,
];
