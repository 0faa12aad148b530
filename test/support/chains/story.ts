/** A bridge's fee, asked for by a tenant of its own and watched until it is over. */
import { waitFor } from '../../../dev/stack/wait';
import { brokenRules } from '../invariants';
import type { TestEngine } from '../perennial';
import { makeTenant } from '../tenant';
import type { EvmWorld } from './evm-world';

export interface SettlementView {
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

export const units = (amount: string): bigint => BigInt(amount.replace('.', ''));

export interface FeeStory {
  readonly tenantId: string;
  readonly api: Awaited<ReturnType<typeof makeTenant>>['api'];
  readonly treasury: string;
  readonly operator: string;
  /** Asks for 12.500001, of which 80 % go to the treasury and 20 % to the operator. */
  ask(more?: object): Promise<SettlementView>;
  pay(asked: SettlementView, amount: string): Promise<void>;
  read(asked: SettlementView): Promise<SettlementView>;
  /** Waits until it has a status, while blocks are made. */
  becomes(asked: SettlementView, status: string): Promise<SettlementView>;
  /** Balances of the ledger by account, in one currency. */
  books(currency: string): Promise<Record<string, string>>;
  /** The rules that rows break. */
  broken(): Promise<string[]>;
}

const collected = {
  name: 'test_collected',
  text: `select currency, sum(amount)::text as amount from ledger_postings where account like 'collection:%' group by currency`,
};

/** Waits until the ledgers of all tenants together hold what the engine's addresses hold, in token and coin, to the base unit. */
export async function ledgerEqualsChain(engine: TestEngine, world: EvmWorld): Promise<void> {
  const compare = async () => {
    await world.order('mine', { blocks: 2 });
    const rows = await engine.database.as('*').query<{ currency: string; amount: string }>(collected, []);
    const ledger = (asset: string) => units(rows.find(({ currency }) => currency === asset)?.amount ?? '0');
    const held = await world.held();
    return [
      [ledger(world.token), held.token],
      [ledger(world.coin), held.coin],
    ];
  };
  let last: bigint[][] = [];
  await waitFor('the ledger equals the chain', async () => {
    last = await compare();
    return last.every(([ledger, held]) => ledger === held);
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ledger and chain, token and coin: ${last.join(' | ')}`);
  });
}

/** Two workers and a kill between them take a while on a small machine. */
const settledMsMax = 40_000;

export async function openFeeStory(engine: TestEngine, world: EvmWorld): Promise<FeeStory> {
  const { api, tenantId } = await makeTenant(engine);
  const [treasury, operator] = [world.newAddress(), world.newAddress()];
  const read = ({ id }: SettlementView) => api.get<SettlementView>(`/settlements/${id}`);
  return {
    ...{ api, tenantId, treasury, operator, read },
    ask: async (more = {}) => {
      const asked = await api.post<SettlementView>('/settlements', {
        description: 'Bridge fee',
        amount: { amount: '12.500001', currency: world.token },
        stream: 'bridge',
        book: { currency: 'USD', rate: '0.9998' },
        legs: [
          { kind: 'treasury', party: 'treasury', destination: treasury, percent: '80' },
          { kind: 'operator', party: 'operator', destination: operator, percent: '20' },
        ],
        ...more,
      });
      world.own(asked.deposit_instruction?.address ?? '');
      return asked;
    },
    pay: async ({ deposit_instruction: to }, amount) => {
      await world.pay(to?.address ?? '', units(amount));
    },
    becomes: async (asked, status) => {
      let last: SettlementView | undefined;
      const isSo = async () => {
        await world.order('mine', { blocks: 2 });
        last = await read(asked);
        return last.status === status ? last : null;
      };
      return waitFor(`the settlement is ${status}`, isSo, { timeoutMs: settledMsMax }).catch(async (error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify([last, await api.get('/chains')])}`);
      });
    },
    books: async (currency) => {
      const text = `select account, sum(amount)::text as amount from ledger_postings where tenant_id = $1 and currency = $2 group by account`;
      const db = engine.database.as(tenantId);
      type Row = { account: string; amount: string };
      const rows = await db.query<Row>({ name: 'test_books', text }, [tenantId, currency]);
      return Object.fromEntries(rows.map(({ account, amount }) => [account, amount]));
    },
    broken: () => brokenRules({ engine, tenantId }),
  };
}
