/** What is paid in advance, given away and given back: wallets, grants, top-ups and credit notes. */
import { isDeepStrictEqual } from 'node:util';
import { onSubscription } from './command-steps';
import type { Step } from './steps';
import { unlessRefused, type SimulatedCustomer, type SimulatedWorld } from './world';

const dayMs = 24 * 3_600_000;
const told = (answer: unknown): string => (typeof answer === 'string' ? answer : 'done');

/** An amount of some size in the customer's currency. */
const sized = (currency: string, size: 'small' | 'large'): string =>
  currency === 'JPY' ? { small: '300', large: '9000' }[size] : { small: '3.10', large: '90.05' }[size];

interface Wallets {
  readonly data: readonly { readonly id: string }[];
}

function walletBody({ random }: SimulatedWorld, { id, currency }: SimulatedCustomer): object {
  const automatic = { threshold: sized(currency, 'small'), amount: sized(currency, 'large') };
  const rules = {
    bonus_percent: random.pick(['0', '10']),
    expires_after: random.percent(50) ? { unit: 'month', count: 2 } : null,
    automatic: random.percent(40) ? automatic : null,
  };
  return { customer_id: id, currency, top_up_rules: rules };
}

/** The customer's wallet, opened the first time; and what was said if it was. */
async function walletOf(world: SimulatedWorld, customer: SimulatedCustomer): Promise<readonly [string, string]> {
  const { scene } = world;
  const path = `/wallets?customer_id=${customer.id}&currency=${customer.currency}`;
  const [known] = (await scene.api.get<Wallets>(path)).data;
  if (known !== undefined) return [known.id, known.id];
  const body = walletBody(world, customer);
  const { id } = await scene.api.post<{ id: string }>('/wallets', body);
  return [id, `${id} opened ${JSON.stringify(body)}`];
}

const onWallet = (
  name: string,
  weight: number,
  act: (world: SimulatedWorld, wallet: string, customer: SimulatedCustomer) => Promise<string>,
): Step => ({
  name,
  weight,
  async run(world) {
    if (world.customers.length === 0) return null;
    const customer = world.random.pick(world.customers);
    const [wallet, said] = await walletOf(world, customer);
    return `${customer.id} ${said}: ${await act(world, wallet, customer)}`;
  },
});

const grant = onWallet('grant credits', 4, async ({ now, random, scene }, wallet, { currency }) => {
  const body = {
    amount: sized(currency, random.pick(['small', 'large'])),
    priority: random.pick([50, 128]),
    ...(random.percent(60) ? { expires_at: new Date(now + random.between(1, 70) * dayMs).toISOString() } : {}),
  };
  return `${JSON.stringify(body)} ${told(await unlessRefused(scene.api.post<object>(`/wallets/${wallet}/grants`, body)))}`;
});

const topUp = onWallet('top up', 4, async ({ random, scene }, wallet, { currency }) => {
  const body = { amount: sized(currency, random.pick(['small', 'large'])) };
  type TopUp = { readonly status: string };
  const made = await unlessRefused(scene.api.post<TopUp>(`/wallets/${wallet}/top-ups`, body));
  return `${JSON.stringify(body)} ${typeof made === 'string' ? made : made.status}`;
});

interface Note {
  readonly number?: string;
  readonly gross: object;
  readonly reduced: object;
  readonly refunded: object;
  readonly to_balance: object;
}

const parts = ({ gross, reduced, refunded, to_balance: toBalance }: Note) => ({ gross, reduced, refunded, toBalance });

/** The preview and the note must say the same, or both be refused. */
const creditNote = onSubscription('credit note', 6, async ({ random, scene }, { id }) => {
  const invoices = (await scene.invoices(id)).filter(({ total }) => /^(?!-).*[1-9]/.test(total.amount));
  if (invoices.length === 0) return null;
  const invoice = random.pick(invoices);
  const whole = random.percent(30);
  const body = {
    reason: 'outage',
    rest: random.pick(['refund', 'balance']),
    ...(whole ? {} : { amount: sized(invoice.total.currency, 'small') }),
  };
  const path = `/invoices/${invoice.id}/credit-notes`;
  const preview = await unlessRefused(scene.api.post<Note>(`${path}/preview`, body));
  const made = await unlessRefused(scene.api.post<Note>(path, body));
  const [said, did] = [preview, made].map((note) => (typeof note === 'string' ? note : parts(note)));
  // The preview reads the books alone; the note asks the provider, which may hold money that has not been told of yet.
  const isOvertaken = did === 'refused: payment_in_progress' && invoice.status === 'open';
  if (!isOvertaken && !isDeepStrictEqual(said, did))
    throw new Error(`The preview said ${JSON.stringify(said)}, the credit note ${JSON.stringify(did)}.`);
  return `${invoice.number} (${invoice.status}) ${JSON.stringify(body)}: ${typeof made === 'string' ? made : made.number}`;
});

/** An open invoice is voided and issued anew, now and then at another price. */
const reissue = onSubscription('issue an invoice anew', 5, async ({ random, scene }, { id }) => {
  const open = (await scene.invoices(id)).filter(({ status }) => status === 'open');
  if (open.length === 0) return null;
  const invoice = random.pick(open);
  type Lines = { readonly lines: readonly { readonly id: string }[] };
  const { lines } = await scene.api.get<Lines>(`/invoices/${invoice.id}`);
  const [line] = lines;
  const amount = sized(invoice.total.currency, 'small');
  const body = line === undefined || random.percent(50) ? {} : { lines: [{ line_id: line.id, amount }] };
  type Anew = { readonly number: string; readonly total: { readonly amount: string } };
  const made = await unlessRefused(scene.api.post<Anew>(`/invoices/${invoice.id}/reissue`, body));
  const did = typeof made === 'string' ? made : `${made.number} of ${made.total.amount}`;
  return `${invoice.number} of ${invoice.total.amount} ${JSON.stringify(body)}: ${did}`;
});

export const creditSteps: readonly Step[] = [grant, topUp, creditNote, reissue];
