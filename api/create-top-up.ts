/** Writes a top-up that was asked for with the message that starts its workflow, starts it, and waits for the money. */
import type { z } from '@hono/zod-openapi';
import type { Queryable } from '../db/pool';
import { findCustomer } from '../db/queries/customers';
import { markOutboxDelivered, waitingOutboxMessages } from '../db/queries/outbox';
import { findPaymentMethod } from '../db/queries/payment-methods';
import { findTopUp, type StoredTopUp } from '../db/queries/wallet-top-ups';
import { lockWallet, type StoredWallet } from '../db/queries/wallets';
import { beginTopUp, topUpInputOf } from '../db/transactions/begin-top-up';
import { balanceOf } from '../domain/credits/grant';
import { topUp, type TopUp } from '../domain/credits/top-up';
import { errorOfRefusal, fail, isRefusal } from '../domain/errors';
import { idFromSeed, topUpWorkflowId } from '../domain/ids';
import { chargeable, limitsOf } from '../domain/invoice/chargeable';
import { formatMoney, isZero } from '../domain/money';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';
import { recordChange } from './record-change';
import type { topUpBody } from './resources/wallet';

type Body = z.output<typeof topUpBody>;

/** What the wallet's rules make of the amount. */
function planned(wallet: StoredWallet, id: string, body: Body, now: number): TopUp {
  const { rules, denomination, grants } = wallet;
  const currency = body.currency ?? wallet.payCurrency;
  const balance = balanceOf(grants, now).total;
  if (currency === '')
    fail('validation_failed', {}, { fields: [{ path: 'currency', message: 'is required: the wallet names none' }] });
  const made = topUp({ key: `top_up/${id}`, amount: body.amount, rules, denomination, currency, balance });
  if (isRefusal(made)) throw errorOfRefusal(made);
  return made;
}

/** The customer must have something to pay with that can move the price. */
async function refuseUnpayable(
  deps: ApiDependencies,
  db: Queryable,
  wallet: StoredWallet,
  { price }: TopUp,
): Promise<void> {
  const { tenantId, customerId } = wallet;
  const methodId = (await findCustomer(db, tenantId, customerId))?.defaultPaymentMethodId ?? null;
  const method = methodId === null ? null : await findPaymentMethod(db, tenantId, methodId);
  if (method === null || method.status === 'detached') return fail('payment_method_required', { customerId });
  const rail = deps.rails[method.rail];
  if (rail === undefined || isZero(chargeable(price, limitsOf(rail.capabilities, price.currency)).carriedOver)) return;
  fail('top_up_refused', { reason: `${method.rail} cannot charge ${formatMoney(price)}` });
}

async function writeTopUp(
  c: ApiContext,
  deps: ApiDependencies,
  walletId: string,
  id: string,
  body: Body,
): Promise<void> {
  const { tenantId } = tenantOf(c);
  await deps.database.transaction(tenantId, async (db) => {
    const wallet = foundOr404(await lockWallet(db, tenantId, walletId), 'Wallet', walletId);
    if ((await findTopUp(db, tenantId, id)) !== null) return;
    const occurredAt = wallet.clockNow ?? deps.wallClock();
    const made = planned(wallet, id, body, occurredAt);
    await refuseUnpayable(deps, db, wallet, made);
    const { customerId } = wallet;
    await beginTopUp(db, { ...made, id, tenantId, walletId, customerId, automatic: false, occurredAt });
    const after = { top_up_id: id, wallet_id: walletId, amount: made.amount, bonus: made.bonus, price: made.price };
    const event = { type: 'wallet.top_up_requested', customerId, data: after };
    await recordChange(db, c, { action: 'wallet.top_up', subjectId: id, after, occurredAt, event });
  });
}

async function start(deps: ApiDependencies, topUpRow: StoredTopUp): Promise<void> {
  const { tenantId, id } = topUpRow;
  const db = deps.database.as(tenantId);
  const workflowId = topUpWorkflowId(tenantId, id);
  const waiting = await waitingOutboxMessages(db, { tenantId, workflowId, kind: 'start_top_up' });
  if (waiting.length === 0) return;
  await deps.workflows.startTopUp(topUpInputOf(topUpRow));
  await markOutboxDelivered(db, tenantId, waiting);
}

/**
 * Makes a top-up and answers it as it is at its end, or after 10 s.
 * @throws PerennialError `not_found`, `validation_failed`, `top_up_refused`, `currency_not_priced`, `payment_method_required`,
 * `temporal_unavailable`: then row and message stand, and a repetition with the same Idempotency-Key completes the request.
 */
export async function createTopUp(
  c: ApiContext,
  deps: ApiDependencies,
  walletId: string,
  body: Body,
): Promise<StoredTopUp> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const id = idFromSeed('tu', c.get('seed'));
  const read = async () => foundOr404(await findTopUp(db, tenantId, id), 'Top-up', id);
  if ((await findTopUp(db, tenantId, id)) === null) await writeTopUp(c, deps, walletId, id, body);
  await start(deps, await read());
  return read();
}
