/** Wallets of units, which are bought and used, and rules by which wallets top themselves up. */
import { compareDecimals, minus } from '../../domain/pricing/exact';
import type { Step } from './steps';
import { unlessRefused, type SimulatedCustomer, type SimulatedWorld } from './world';

const told = (answer: unknown): string => (typeof answer === 'string' ? answer : 'done');

interface Wallet {
  readonly id: string;
  readonly currency: string | null;
  readonly unit: string | null;
  readonly automatic_top_up: string;
  readonly balance: { readonly total: string };
}

const tokenPrices = { USD: '0.02', EUR: '0.018', JPY: '3', KES: '2.50' };
const expiry = { expires_after: { unit: 'month', count: 3 } };

const tokenRules = (isAutomatic: boolean) => ({
  unit_prices: tokenPrices,
  bonus_percent: '5',
  ...expiry,
  automatic: isAutomatic ? { threshold: '100', target: '700' } : null,
});

async function walletsOf({ scene }: SimulatedWorld, { id }: SimulatedCustomer): Promise<readonly Wallet[]> {
  return (await scene.api.get<{ data: readonly Wallet[] }>(`/wallets?customer_id=${id}`)).data;
}

/** The customer's wallet of tokens, opened the first time. */
async function tokensOf(world: SimulatedWorld, customer: SimulatedCustomer): Promise<Wallet> {
  const known = (await walletsOf(world, customer)).find(({ unit }) => unit === 'tokens');
  if (known !== undefined) return known;
  const body = { customer_id: customer.id, unit: 'tokens', pay_currency: customer.currency };
  return world.scene.api.post<Wallet>('/wallets', { ...body, top_up_rules: tokenRules(world.random.percent(50)) });
}

/** All or nothing, and never below zero. */
function expectUsed(before: string, amount: string, after: string, isUsed: boolean): void {
  const isEnough = compareDecimals(before, amount) >= 0;
  const expected = isEnough ? minus(before, amount) : before;
  if (isEnough !== isUsed || compareDecimals(after, expected) !== 0)
    throw new Error(`Of ${before} tokens ${amount} were ${isUsed ? '' : 'not '}used, and ${after} are left.`);
}

/** A debit that is under way may bring tokens between two readings. */
async function isBuying({ scene }: SimulatedWorld, { id }: Wallet): Promise<boolean> {
  const { data } = await scene.api.get<{ data: readonly { status: string }[] }>(`/wallets/${id}/top-ups`);
  return data.some(({ status }) => status === 'requested' || status === 'pending');
}

/** Buys, is given or uses tokens; a use takes all that is asked for, or nothing. */
const tokens: Step = {
  name: 'tokens',
  weight: 5,
  async run(world) {
    const { customers, random, scene } = world;
    if (customers.length === 0) return null;
    const customer = random.pick(customers);
    const wallet = await tokensOf(world, customer);
    const what = random.pick(['top-ups', 'grants', 'uses', 'uses'] as const);
    const amount = String(random.between(50, 900));
    const isComparable = what === 'uses' && !(await isBuying(world, wallet));
    const body = { amount, ...(what === 'grants' ? { reason: 'welcome' } : {}) };
    const done = await unlessRefused(scene.api.post<Partial<Wallet>>(`/wallets/${wallet.id}/${what}`, body));
    const { balance } = await scene.api.get<Wallet>(`/wallets/${wallet.id}`);
    if (isComparable) expectUsed(wallet.balance.total, amount, balance.total, typeof done !== 'string');
    return `${customer.id} ${wallet.id} ${what} ${amount}: ${told(done)}, ${balance.total} held`;
  },
};

/** Money by itself: below the least amount of a plan, so that a renewal or two empty it. */
const automatics = {
  USD: { threshold: '20.00', amount: '60.00' },
  EUR: { threshold: '20.00', amount: '60.00' },
  JPY: { threshold: '2000', amount: '8000' },
  KES: { threshold: '2000.00', amount: '7000.00' },
} as const;

/** Rules that were halted by a decline begin anew when they are set. */
const rules: Step = {
  name: 'rules of a wallet',
  weight: 4,
  async run(world) {
    const { customers, random, scene } = world;
    if (customers.length === 0) return null;
    const customer = random.pick(customers);
    const wallets = await walletsOf(world, customer);
    if (wallets.length === 0) return null;
    const wallet = random.pick(wallets);
    const isOn = random.percent(75);
    const currency = customer.currency as keyof typeof automatics;
    const body = wallet.unit === null ? { ...expiry, automatic: isOn ? automatics[currency] : null } : tokenRules(isOn);
    const patched = await unlessRefused(scene.api.patch<Wallet>(`/wallets/${wallet.id}`, { top_up_rules: body }));
    return `${wallet.id} ${JSON.stringify(body)}: ${typeof patched === 'string' ? patched : patched.automatic_top_up}`;
  },
};

export const walletSteps: readonly Step[] = [tokens, rules];
