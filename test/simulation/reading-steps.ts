/** What is asked and shown: limits and reservations, forecasts, the next invoice, documents. */
import { createHash } from 'node:crypto';
import { onSubscription } from './command-steps';
import type { Step } from './steps';
import { unlessRefused, type SimulatedWorld } from './world';

interface Checked {
  readonly allowed: boolean;
  readonly reason: string;
  readonly remaining: string | null;
}

const check = ({ scene }: SimulatedWorld, customer_id: string): Promise<Checked> =>
  scene.api.post('/entitlements/check', { customer_id, feature: 'calls' });

const left = ({ remaining }: Checked): bigint => BigInt(remaining ?? '0');

/** The limit is hard: a customer is let in exactly while one more fits, and what is left falls by what is taken. */
function expectLeft(what: string, checked: Checked, expected: bigint): void {
  const { allowed, reason } = checked;
  if (left(checked) !== expected || allowed !== expected > 0n)
    throw new Error(`${what}: ${expected} should be left, the check says ${left(checked)}, ${allowed}, ${reason}.`);
}

/** A customer whose plans grant the feature, mostly; null where there is no customer at all. */
async function someoneGranted(world: SimulatedWorld): Promise<string | null> {
  const first = world.random.below(Math.max(1, world.customers.length));
  const turned = [...world.customers.slice(first), ...world.customers.slice(0, first)];
  for (const { id } of turned) if ((await check(world, id)).remaining !== null) return id;
  return turned[0]?.id ?? null;
}

const reserved = 40n;
const used = 25n;

/** Checks, and reserves a part: then it is used in part, or given back. */
const limits: Step = {
  name: 'reach for a limit',
  weight: 6,
  async run(world) {
    const { random, scene } = world;
    const id = await someoneGranted(world);
    if (id === null) return null;
    const before = await check(world, id);
    expectLeft('Before', before, left(before));
    type Reservation = { readonly id: string };
    const body = { customer_id: id, feature: 'calls', quantity: String(reserved), expires_in_seconds: 3600 };
    const held = await unlessRefused(scene.api.post<Reservation>('/entitlements/reservations', body));
    if (typeof held === 'string') return `${id} ${before.reason}, ${before.remaining} left: ${held}`;
    expectLeft('Reserved', await check(world, id), left(before) - reserved);
    const isUsed = random.percent(50);
    const path = `/entitlements/reservations/${held.id}`;
    const events = [{ id: `reserved-${world.seed}-${world.story.length}`, properties: { n: String(used) } }];
    await scene.api.post(`${path}/${isUsed ? 'commit' : 'release'}`, isUsed ? { events } : {});
    const after = left(before) - (isUsed ? used : 0n);
    expectLeft(isUsed ? 'Used' : 'Given back', await check(world, id), after);
    return `${id} ${before.reason}, ${before.remaining} left, then ${after}`;
  },
};

/** The next invoice and the forecast are worked out for whatever a subscription has become. */
const foresee = onSubscription('foresee', 3, async ({ scene }, { id, customer }) => {
  type Upcoming = { readonly total: { readonly amount: string } };
  const upcoming = await unlessRefused(scene.api.get<Upcoming>(`/subscriptions/${id}/upcoming-invoice`));
  await scene.api.get(`/customers/${customer.id}/usage-forecast`);
  return typeof upcoming === 'string' ? upcoming : upcoming.total.amount;
});

/** A document of any invoice, twice the same. */
const print = onSubscription('print an invoice', 1, async ({ random, scene }, { id }) => {
  const invoices = await scene.invoices(id);
  if (invoices.length === 0) return null;
  const invoice = random.pick(invoices);
  const digest = async (): Promise<string> => {
    const { bytes } = await scene.api.download(`/invoices/${invoice.id}/pdf`);
    return createHash('sha256').update(bytes).digest('hex');
  };
  const [one, two] = [await digest(), await digest()];
  if (one !== two) throw new Error(`${invoice.number} was printed as ${one}, and then as ${two}.`);
  return `${invoice.number}: ${one}`;
});

export const readingSteps: readonly Step[] = [limits, foresee, print];
