/** A fee on a real EVM node: asked for, paid from outside, final, paid out, booked. */
import { waitFor } from '../../dev/stack/wait';
import { brokenRules } from '../support/invariants';
import { startEvmWorld, type EvmWorld } from '../support/chains/evm-world';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { makeTenant } from '../support/tenant';

let world: EvmWorld;
let engine: TestEngine;
beforeAll(async () => {
  world = await startEvmWorld();
  engine = await startTestEngine({ chains: { configured: [world.configured], signers: world.signers } });
});
afterAll(async () => {
  await engine?.stop();
  await world?.stop();
});

interface SettlementView {
  readonly id: string;
  readonly status: string;
  readonly labels: readonly string[];
  readonly deadline: string;
  readonly attention: { readonly kind: string; readonly reason: string } | null;
  readonly deposit_instruction: { readonly address: string; readonly uri: string } | null;
  readonly deposits: readonly { readonly status: string; readonly amount: { readonly amount: string } }[];
  readonly legs: readonly {
    readonly id: string;
    readonly kind: string;
    readonly status: string;
    readonly reason: string | null;
  }[];
}

type Tenant = Awaited<ReturnType<typeof makeTenant>>;

const dollars = (amount: string) => ({ amount, currency: world.token });
const units = (amount: string): bigint => BigInt(amount.replace('.', ''));

interface Story extends Tenant {
  readonly treasury: string;
  readonly operator: string;
}

async function newStory(): Promise<Story> {
  return { ...(await makeTenant(engine)), treasury: world.newAddress(), operator: world.newAddress() };
}

async function ask({ api, treasury, operator }: Story, more: object = {}): Promise<SettlementView> {
  return api.post<SettlementView>('/settlements', {
    description: 'Bridge fee',
    amount: dollars('12.500001'),
    stream: 'bridge',
    book: { currency: 'USD', rate: '0.9998' },
    legs: [
      { kind: 'treasury', party: 'treasury', destination: treasury, percent: '80' },
      { kind: 'operator', party: 'operator', destination: operator, percent: '20' },
    ],
    ...more,
  });
}

/** Waits until a settlement has a status, while blocks are made. */
async function becomes({ api }: Story, { id }: SettlementView, status: string): Promise<SettlementView> {
  let last: SettlementView | undefined;
  return waitFor(
    `the settlement is ${status}`,
    async () => {
      await world.order('mine', { blocks: 2 });
      last = await api.get<SettlementView>(`/settlements/${id}`);
      return last.status === status ? last : null;
    },
    { timeoutMs: 20_000 },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
  });
}

/** Balances of the ledger by account, in one currency. */
async function books({ tenantId }: Story, currency: string): Promise<Record<string, string>> {
  const sql = `select account, sum(amount)::text as amount from ledger_postings where tenant_id = $1 and currency = $2 group by account`;
  const rows = await engine.database
    .as(tenantId)
    .query<{ account: string; amount: string }>({ name: 'test_books', text: sql }, [tenantId, currency]);
  return Object.fromEntries(rows.map(({ account, amount }) => [account, amount]));
}

test('a fee that is paid exactly is split 80 to 20, and booked to the base unit', async () => {
  const story = await newStory();
  const asked = await ask(story);
  expect(asked).toMatchObject({ status: 'awaiting_deposit', labels: [], attention: null });
  const address = asked.deposit_instruction?.address ?? '';
  const before = await world.tokenOf(world.main);

  await world.pay(address, units('12.500001'));
  const settled = await becomes(story, asked, 'settled');

  expect(settled.deposits).toMatchObject([{ status: 'final', amount: { amount: '12.500001' } }]);
  expect(settled.legs.map(({ kind, status }) => [kind, status])).toEqual([
    ['treasury', 'paid'],
    ['operator', 'paid'],
  ]);
  expect(await world.tokenOf(story.treasury)).toBe(units('10.000001'));
  expect(await world.tokenOf(story.operator)).toBe(units('2.500000'));

  const ours = (await world.tokenOf(address)) + (await world.tokenOf(world.main)) - before;
  expect(ours).toBe(0n);
  const inToken = await books(story, world.token);
  expect(inToken).toEqual({
    [`collection:${world.token}`]: '0.000000',
    [`treasury:${world.token}`]: '10.000001',
    settlement_clearing: '0.000000',
    'partner_payable:operator': '0.000000',
    'fee_income:bridge': '-10.000001',
  });
  const fees = await books(story, world.coin);
  expect(fees[`network_fees:${world.configured.id}`]).toMatch(/^0\.0*[1-9]/);
  expect(await brokenRules({ engine, tenantId: story.tenantId })).toEqual([]);
});

const refundTo = (story: Story) => ({ refund_address: story.treasury });

async function pay(asked: SettlementView, amount: string): Promise<void> {
  await world.pay(asked.deposit_instruction?.address ?? '', units(amount));
}

/** Every account of the engine's own in the token comes to what the addresses hold, less what was there before. */
async function ledgerAgrees(story: Story, asked: SettlementView, mainBefore: bigint): Promise<void> {
  const held = (await world.tokenOf(asked.deposit_instruction?.address ?? '')) + (await world.tokenOf(world.main));
  const ledger = (await books(story, world.token))[`collection:${world.token}`] ?? '0.000000';
  expect(units(ledger)).toBe(held - mainBefore);
  expect(await brokenRules({ engine, tenantId: story.tenantId })).toEqual([]);
}

test('what is too much goes back to the payer', async () => {
  const story = await newStory();
  const before = await world.tokenOf(world.main);
  const refundAddress = world.newAddress();
  const asked = await ask(story, { refund_address: refundAddress });
  await pay(asked, '13.000001');
  const settled = await becomes(story, asked, 'settled');
  expect(settled.labels).toEqual(['over']);
  expect(settled.legs.map(({ kind, status }) => [kind, status])).toContainEqual(['refund', 'paid']);
  expect(await world.tokenOf(refundAddress)).toBe(units('0.500000'));
  await ledgerAgrees(story, asked, before);
});

test('what is missing is waited for, and what is still missing at the deadline goes back', async () => {
  const story = await newStory();
  const before = await world.tokenOf(world.main);
  const asked = await ask(story, { ...refundTo(story), deadline_seconds: 4 });
  await pay(asked, '5.000000');
  const refunded = await becomes(story, asked, 'refunded');
  expect(refunded.labels).toEqual(['under']);
  expect(await world.tokenOf(story.treasury)).toBe(units('5.000000'));
  await ledgerAgrees(story, asked, before);
});

test('a top-up completes what was short', async () => {
  const story = await newStory();
  const asked = await ask(story);
  await pay(asked, '5.000000');
  await becomes(story, asked, 'underpaid');
  await pay(asked, '7.500001');
  expect((await becomes(story, asked, 'settled')).labels).toEqual([]);
});

test('what comes after the deadline waits for a choice, and is taken when an operator says so', async () => {
  const story = await newStory();
  const asked = await ask(story, { deadline_seconds: 1 });
  const { deadline } = await becomes(story, asked, 'expired');
  // Blocks count whole seconds.
  await waitFor('a block is later than the deadline', () => Date.now() > Date.parse(deadline) + 1_000);
  await pay(asked, '12.500001');
  const late = await becomes(story, asked, 'needs_attention');
  expect(late).toMatchObject({ labels: ['late'], attention: { kind: 'choice' } });
  await story.api.post(`/settlements/${asked.id}/approve`, {});
  expect((await becomes(story, asked, 'settled')).labels).toEqual(['late']);
});

test('a deposit that a reorganization takes back is not counted, and counts when it comes again', async () => {
  const story = await newStory();
  const asked = await ask(story);
  await pay(asked, '12.500001');
  const status = async (): Promise<SettlementView> => story.api.get<SettlementView>(`/settlements/${asked.id}`);
  await waitFor('the deposit is seen', async () => (await status()).status === 'confirming');
  await world.order('reorg', { depth: 1 });
  await waitFor('the deposit is withdrawn', async () => (await status()).status === 'awaiting_deposit');
  expect((await status()).deposits.map((deposit) => deposit.status)).toEqual(['withdrawn']);
  await pay(asked, '12.500001');
  expect((await becomes(story, asked, 'settled')).labels).toEqual([]);
});

test('payouts above the limit wait for an approval, and go in their order after it', async () => {
  const story = await newStory();
  const asked = await ask(story, { needs_approval: true, order: 'sequence' });
  await pay(asked, '12.500001');
  const held = await becomes(story, asked, 'needs_attention');
  expect(held.attention).toMatchObject({ kind: 'approval' });
  expect(held.legs.map(({ status }) => status)).toEqual(['waiting', 'waiting']);
  await story.api.post(`/settlements/${asked.id}/approve`, {});
  await becomes(story, asked, 'settled');
  expect(await world.tokenOf(story.operator)).toBe(units('2.500000'));
});

test('an operator gives the money back before anything was paid out, and the books are as they were', async () => {
  const story = await newStory();
  const before = await world.tokenOf(world.main);
  const asked = await ask(story, { needs_approval: true, refund_address: story.treasury });
  await pay(asked, '12.500001');
  await becomes(story, asked, 'needs_attention');
  await story.api.post(`/settlements/${asked.id}/refund`, {});
  await becomes(story, asked, 'refunded');
  expect(await world.tokenOf(story.treasury)).toBe(units('12.500001'));
  expect((await books(story, 'USD'))['fee_income:bridge']).toBe('0.00');
  await ledgerAgrees(story, asked, before);
});
