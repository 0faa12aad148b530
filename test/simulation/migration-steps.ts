/** Plans in new versions, and the subscriptions of the old ones moved: in bulk, as previewed. */
import { waitFor } from '../../dev/stack/wait';
import type { MoneyView, Scene } from '../support/scenario';
import { raisePrices } from './plans';
import type { Step } from './steps';
import { unlessRefused, type SimulatedWorld } from './world';

interface Migration {
  readonly id: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
}

interface Previewed {
  readonly subscription_id: string;
  readonly outcome: string;
  readonly reason: { readonly code: string } | null;
  readonly bill: { readonly total: MoneyView } | null;
}

interface Told extends Omit<Previewed, 'bill'> {
  readonly invoice_id: string | null;
}

/** A subscription that does not answer has its turn again after half a minute, three times. */
const migrationMsMax = 240_000;

async function completed({ api }: Scene, id: string): Promise<Migration> {
  const done = async (): Promise<Migration | null> => {
    const now = await api.get<Migration>(`/plan-migrations/${id}`);
    return now.status === 'completed' ? now : null;
  };
  return waitFor('the migration is completed', done, { timeoutMs: migrationMsMax, intervalMs: 100 });
}

/** Subscriptions whose customer is moved with one alone: the bills of two share coupons, wallets and the balance. */
async function independent({ subscriptions }: SimulatedWorld, previewed: readonly Previewed[]) {
  const customerOf = new Map(subscriptions.map(({ id, customer }) => [id, customer.id]));
  const customers = previewed.map(({ subscription_id: id }) => customerOf.get(id));
  return previewed.filter((_, index) => customers.filter((id) => id === customers[index]).length === 1);
}

/** What was previewed must come, to the cent where nothing else decides. */
async function compare(world: SimulatedWorld, previewed: readonly Previewed[], told: readonly Told[], when: string) {
  const { scene } = world;
  const outcomeOf = new Map(told.map((one) => [one.subscription_id, one]));
  for (const { subscription_id: id, outcome, reason } of previewed) {
    const became = outcomeOf.get(id);
    const [said, did] = [`${outcome} ${reason?.code ?? ''}`, `${became?.outcome} ${became?.reason?.code ?? ''}`];
    // A provider that is down, or a bank that is asked, keeps a subscription from answering in its time.
    const isLate = did.includes('subscription_unanswered') || did.includes('payment_in_progress');
    if (said !== did && !isLate) throw new Error(`The preview of ${id} said ${said}, the migration did ${did}.`);
  }
  for (const { subscription_id: id, bill } of await independent(world, previewed)) {
    const became = outcomeOf.get(id);
    if (when !== 'now' || became?.outcome !== 'migrated') continue;
    const billed =
      became.invoice_id === null ? null : await scene.api.get<{ total: MoneyView }>(`/invoices/${became.invoice_id}`);
    const [said, did] = [bill?.total.amount ?? 'nothing', billed?.total.amount ?? 'nothing'];
    if (said !== did) throw new Error(`The preview of ${id} said ${said}, the migration billed ${did}.`);
  }
}

async function migrate(world: SimulatedWorld, order: { readonly when: string }): Promise<string> {
  const { api } = world.scene;
  type Preview = { readonly selected: number; readonly data: readonly Previewed[] };
  const preview = await unlessRefused(api.post<Preview>('/plan-migrations/preview', { ...order, limit: 100 }));
  const made = await unlessRefused(api.post<Migration>('/plan-migrations', { ...order, per_second: 50 }));
  // An order that chooses nobody is refused; its preview says so by a count.
  const isRefused = typeof preview === 'string' || preview.selected === 0;
  if (isRefused !== (typeof made === 'string'))
    throw new Error(`Previewed ${JSON.stringify(preview)}, ordered ${JSON.stringify(made)}.`);
  if (typeof preview === 'string' || typeof made === 'string') return String(made);
  const { counts } = await completed(world.scene, made.id);
  const { data } = await api.get<{ data: readonly Told[] }>(`/plan-migrations/${made.id}/subscriptions?limit=100`);
  await compare(world, preview.data, data, order.when);
  return JSON.stringify(counts);
}

const migratePlan: Step = {
  name: 'migrate a plan',
  weight: 3,
  async run(world) {
    const { plans, random, scene, subscriptions } = world;
    const living = subscriptions.filter(({ hasEnded }) => !hasEnded);
    if (living.length === 0) return null;
    const { plan_id: planId } = await scene.subscription(random.pick(living).id);
    const plan = plans.find(({ id }) => id === planId);
    if (plan === undefined) return null;
    const toVersion = random.percent(60) ? { to_version: await raisePrices(scene, plan) } : null;
    const target = toVersion ?? {
      to_plan_id: random.pick(plans.filter(({ interval }) => interval === plan.interval)).id,
    };
    const order = { plan_id: planId, ...target, when: random.pick(['now', 'now', 'at_period_end']) };
    return `${JSON.stringify(order)}: ${await migrate(world, order)}`;
  },
};

export const migrationSteps: readonly Step[] = [migratePlan];
