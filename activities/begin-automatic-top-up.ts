/** Begins an automatic top-up where a wallet is below its threshold: never a second one while one is in flight. */
import { beginTopUp } from '../db/transactions/begin-top-up';
import { insertEvent, lockWallet, noteAutomaticTopUps, type StoredWallet } from '../db/transactions/wallet-books';
import type { DueWallet } from '../db/transactions/wallet-progress';
import { automaticTopUp } from '../domain/credits/automatic-top-up';
import { balanceOf } from '../domain/credits/grant';
import type { TopUp } from '../domain/credits/top-up';
import { newId } from '../domain/ids';
import type { Instant } from '../domain/time';
import type { ActivityDependencies } from './dependencies';

/** What to begin, if anything. Under the wallet's lock, so that two who look at once decide one after the other. */
function decision(wallet: StoredWallet, now: Instant): { begun: number; topUp: TopUp | null } {
  const { automatic, rules, denomination, grants, id: walletId, payCurrency: currency } = wallet;
  const { begun, isHalted, isInFlight } = automatic;
  if (isInFlight || rules.automatic === null) return { begun, topUp: null };
  const state = { begun, inFlight: null, isHalted };
  const balance = balanceOf(grants, now).total;
  const decided = automaticTopUp({ walletId, rules, state, denomination, currency, balance });
  return decided.kind === 'begin' ? { begun: decided.state.begun, topUp: decided.topUp } : { begun, topUp: null };
}

/** Looks once, and begins one where it must; its workflow is started by the relay. */
export async function beginAutomaticTopUp(
  deps: ActivityDependencies,
  { tenantId, id }: DueWallet,
  wallNow: Instant,
): Promise<void> {
  await deps.database.transaction(tenantId, async (db) => {
    const wallet = await lockWallet(db, tenantId, id);
    if (wallet === null) return;
    const now = wallet.clockNow ?? wallNow;
    const { begun, topUp } = decision(wallet, now);
    await noteAutomaticTopUps(db, wallet, begun);
    if (topUp === null) return;
    const { customerId } = wallet;
    const topUpId = newId('tu');
    await beginTopUp(db, {
      ...topUp,
      id: topUpId,
      tenantId,
      walletId: id,
      customerId,
      automatic: true,
      occurredAt: now,
    });
    const data = { top_up_id: topUpId, wallet_id: id, amount: topUp.amount, bonus: topUp.bonus, price: topUp.price };
    const about = { customerId, subscriptionId: null, invoiceId: null, occurredAt: now };
    await insertEvent(db, { ...about, id: newId('evt'), tenantId, type: 'wallet.top_up_requested', data });
  });
}
