/** Draws that were computed from one state of a wallet: the second is undone, however much the wallet still holds. */
import { isConflict } from '../../db/errors';
import { findWallet, type StoredWallet } from '../../db/queries/wallets';
import { record } from '../../db/transactions/record';
import { drawMovements } from '../../db/transactions/record-credits';
import { payFromWallet } from '../../domain/credits/wallet-payment';
import { money } from '../../domain/money';
import { openTestApi, type TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

async function walletOf(...amounts: readonly string[]): Promise<StoredWallet> {
  const customer = await api.send('POST', '/customers', { body: { name: 'Ada' } });
  const body = { customer_id: customer.body.id, currency: 'USD' };
  const { id } = (await api.send('POST', '/wallets', { body })).body;
  for (const amount of amounts) await api.send('POST', `/wallets/${id}/grants`, { body: { amount } });
  return read(id);
}

const db = () => api.database.as(api.tenant.id);
const read = async (id: string): Promise<StoredWallet> => {
  const wallet = await findWallet(db(), api.tenant.id, id);
  if (wallet === null) throw new Error('no wallet');
  return wallet;
};

function draw(wallet: StoredWallet, amount: string): Promise<unknown> {
  const now = Date.now();
  const burnDown = payFromWallet(wallet, money(amount, 'USD'), now);
  const movements = drawMovements(wallet, burnDown, { kind: 'drawn', invoiceId: null, reason: null });
  const change = { walletId: wallet.id, expected: wallet.version, grants: [], movements };
  return record(db(), { tenantId: api.tenant.id, now, subscription: null, wallet: change });
}

test('of two draws from one reading one is undone as a whole, written together or apart', async () => {
  const wallet = await walletOf('5.00', '50.00');
  const together = await Promise.allSettled([draw(wallet, '7.00'), draw(wallet, '7.00')]);
  const refused = together.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect(refused.map(isConflict)).toEqual([true]);
  const [late] = await Promise.allSettled([draw(wallet, '1.00')]);
  expect(late.status === 'rejected' && isConflict(late.reason)).toBe(true);
  const left = (await read(wallet.id)).grants.map(({ amount, used }) => [amount, used]);
  expect(left).toEqual([['50', '2']]);
});

test('whoever reads again draws from what is left', async () => {
  const wallet = await walletOf('5.00');
  await draw(wallet, '3.00');
  await draw(await read(wallet.id), '2.00');
  expect((await read(wallet.id)).grants).toEqual([]);
});
