/** Transfers that a bridge tells: counted once, quoted with the month's volume, collected or added up. */
import { waitFor } from '../../dev/stack/wait';
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

interface TransferView {
  readonly id: string;
  readonly fee: { readonly amount: string };
  readonly volume: string;
  readonly disposition: string;
  readonly settlement_id: string | null;
}

type Api = Awaited<ReturnType<typeof makeTenant>>['api'];
const usd = (amount: string) => ({ amount, currency: 'USD' });

async function bridge(api: Api, more: object = {}): Promise<string> {
  const { id } = await api.post<{ id: string }>('/fee-schedules', {
    code: `bridge-${Math.random().toString(36).slice(2, 8)}`,
    name: 'Bridge',
    rates: [{ percent: '0.25', minimum: { USD: '0.10' }, maximum: { USD: '50' } }],
    volume_discounts: [{ from: { USD: '50000' }, percent: '10' }],
    multipliers: [{ key: 'express', factor: '3' }],
    ...more,
  });
  return id;
}

const tell = async (api: Api, transfers: object[], settle?: object): Promise<TransferView[]> =>
  (await api.post<{ data: TransferView[] }>('/transfers', { transfers, ...(settle === undefined ? {} : { settle }) }))
    .data;

test('each transfer counts once, and its fee follows from the volume of the month before it', async () => {
  const { api } = await makeTenant(engine);
  const schedule = await bridge(api);
  const of = (reference: string, amount: string, at: string) => ({
    ...{ reference, payer: 'wallet-17', fee_schedule_id: schedule, value: usd(amount), occurred_at: at },
  });
  const list = [of('b-1', '60000.00', '2026-03-30T10:00:00Z'), of('b-2', '10000.00', '2026-03-31T23:59:59Z')];
  const told = await tell(api, [...list, of('b-3', '10000.00', '2026-04-01T00:00:00Z')]);
  expect(told.map(({ fee, volume }) => [fee.amount, volume])).toEqual([
    ['50.00', '0'],
    ['22.50', '60000.00'],
    ['25.00', '0'],
  ]);
  expect(await tell(api, list)).toEqual(told.slice(0, 2));
  const other = tell(api, [of('b-1', '60000.01', '2026-03-30T10:00:00Z')]);
  await expect(other).rejects.toThrow(/409 transfer_conflict/);
});

test('a fee is collected in an asset at the rate, rounded up; small ones wait until they are worth it', async () => {
  const { api } = await makeTenant(engine);
  const schedule = await bridge(api, { accrue_below: { USD: '1' } });
  const of = (reference: string, amount: string) => ({
    ...{ reference, payer: 'wallet-18', fee_schedule_id: schedule, value: usd(amount) },
  });
  const settle = {
    asset: world.token,
    book: { currency: 'USD', rate: '0.9997' },
    legs: [{ kind: 'treasury', party: 'treasury', destination: world.newAddress(), percent: '100' }],
  };
  const [first] = await tell(api, [of('c-1', '200.00')], settle);
  expect(first).toMatchObject({ fee: usd('0.50'), disposition: 'accrued', settlement_id: null });
  const [second] = await tell(api, [of('c-2', '300.00')], settle);
  expect(second).toMatchObject({ fee: usd('0.75'), disposition: 'settled' });
  const again = await api.get<TransferView>(`/transfers/${first?.id}`);
  expect(again).toMatchObject({ disposition: 'batched', settlement_id: second?.settlement_id });
  // 1.25 / 0.9997 = 1.2503751…, rounded up to six places.
  const settlement = await api.get<{ amount: object }>(`/settlements/${second?.settlement_id}`);
  expect(settlement.amount).toEqual({ amount: '1.250376', currency: world.token });
});

test('chains, signers, deposits and payouts are told, and no key', async () => {
  const { api } = await makeTenant(engine);
  type Chains = { data: { id: string; status: string }[] };
  const watched = [{ id: world.configured.id, status: 'watching', fault: null }];
  await waitFor('the chain is watched', async () => (await api.get<Chains>('/chains')).data[0]?.status === 'watching');
  expect((await api.get<Chains>('/chains')).data).toMatchObject(watched);
  type Signers = { data: object[] };
  // The address is there from its first use on.
  await waitFor('the address is used', async () => (await api.get<Signers>('/signers')).data.length > 0);
  const own = { chain: world.configured.id, key_id: 'main', address: world.main };
  expect((await api.get<Signers>('/signers')).data).toEqual([own]);
  expect(await api.get('/deposits')).toMatchObject({ data: [] });
  expect(await api.get('/payouts')).toMatchObject({ data: [] });
});
