/** What is asked and shown: limits and reservations, forecasts, the next invoice, documents. */
import { createHash } from 'node:crypto';
import { pdfPages } from '../support/pdf-text';
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

/** So many ask at once, for so great a part of what is left that not all can have it. */
const callersAtOnce = 5;

/** Several take what is left at the same moment: exactly as many succeed as fit. Some give it back, the others let it run out. */
const rush: Step = {
  name: 'several reach for a limit at once',
  weight: 3,
  async run(world) {
    const { random, scene } = world;
    const id = await someoneGranted(world);
    if (id === null) return null;
    const before = left(await check(world, id));
    if (before < BigInt(callersAtOnce)) return null;
    const quantity = before / BigInt(random.between(1, callersAtOnce));
    const body = { customer_id: id, feature: 'calls', quantity: String(quantity), expires_in_seconds: 60 };
    type Reservation = { readonly id: string };
    const ask = () => unlessRefused(scene.api.post<Reservation>('/entitlements/reservations', body));
    const answers = await Promise.all(Array.from({ length: callersAtOnce }, ask));
    const held = answers.filter((answer) => typeof answer !== 'string');
    const fitting = before / quantity;
    const expected = fitting > callersAtOnce ? callersAtOnce : Number(fitting);
    if (held.length !== expected)
      throw new Error(`Of ${before} ${callersAtOnce} took ${quantity} at once: ${held.length} could, not ${expected}.`);
    if (random.percent(60))
      for (const { id: taken } of held) await scene.api.post(`/entitlements/reservations/${taken}/release`);
    return `${id}: ${before} left, ${held.length} of ${callersAtOnce} took ${quantity}`;
  },
};

async function digestOf({ scene }: SimulatedWorld, path: string): Promise<string> {
  const { bytes } = await scene.api.download(path);
  return createHash('sha256').update(bytes).digest('hex');
}

/** A document says its number, and is the same file whenever it is asked for. */
async function expectDocument(world: SimulatedWorld, path: string, number: string): Promise<string> {
  const { bytes } = await world.scene.api.download(path);
  if (
    !pdfPages(bytes)
      .flat()
      .some((text) => text.includes(number))
  )
    throw new Error(`The document at ${path} does not say ${number}.`);
  const [one, two] = [await digestOf(world, path), await digestOf(world, path)];
  if (one !== two) throw new Error(`${number} was printed as ${one}, and then as ${two}.`);
  return `${number}: ${one}`;
}

const print = onSubscription('print an invoice', 3, async (world, { id }) => {
  const { random, scene } = world;
  const invoices = await scene.invoices(id);
  if (invoices.length === 0) return null;
  const invoice = random.pick(invoices);
  type Notes = { readonly data: readonly { readonly id: string; readonly number: string }[] };
  const { data: notes } = await scene.api.get<Notes>(`/credit-notes?invoice_id=${invoice.id}`);
  const printed = [await expectDocument(world, `/invoices/${invoice.id}/pdf`, invoice.number)];
  for (const note of notes) printed.push(await expectDocument(world, `/credit-notes/${note.id}/pdf`, note.number));
  return printed.join(', ');
});

export const readingSteps: readonly Step[] = [limits, rush, foresee, print];
