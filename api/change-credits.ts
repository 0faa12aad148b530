/** Grants credits into a wallet, and takes units out of it. */
import type { z } from '@hono/zod-openapi';
import { findGrant, type StoredGrant } from '../db/queries/credit-grants';
import { lockWallet, findWallet, type StoredWallet } from '../db/queries/wallets';
import { ensureAccounts } from '../db/transactions/ensure-accounts';
import { record } from '../db/transactions/record';
import { drawMovements } from '../db/transactions/record-credits';
import { isAmountOf, showAmount } from '../domain/credits/denomination';
import { drawDown, type BurnDown } from '../domain/credits/draw';
import { grantOf } from '../domain/credits/grant';
import { unitsUsedPostings } from '../domain/credits/postings';
import { fail } from '../domain/errors';
import { idFromSeed, newId } from '../domain/ids';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';
import { recordChange } from './record-change';
import { termsOf, type grantBody, type useBody } from './resources/wallet';

const fault = (path: string, message: string): never => fail('validation_failed', {}, { fields: [{ path, message }] });

/**
 * Grants credits that cost the customer nothing.
 * @throws PerennialError `not_found`, `validation_failed`.
 */
export async function grantCredits(
  c: ApiContext,
  deps: ApiDependencies,
  walletId: string,
  body: z.output<typeof grantBody>,
): Promise<StoredGrant> {
  const { tenantId } = tenantOf(c);
  const id = idFromSeed('cg', c.get('seed'));
  return deps.database.transaction(tenantId, async (db) => {
    const wallet = foundOr404(await lockWallet(db, tenantId, walletId), 'Wallet', walletId);
    const now = wallet.clockNow ?? deps.wallClock();
    const terms = termsOf(wallet.denomination, body);
    const grant = { ...grantOf(`grant/${id}`, terms, now), id, reason: body.reason ?? null };
    if (grant.expiresAt !== null && grant.expiresAt <= now) return fault('expires_at', 'must lie in the future');
    const before = await findGrant(db, tenantId, id);
    if (before !== null) return before;
    await record(db, {
      tenantId,
      now,
      subscription: null,
      wallet: { walletId, expected: null, grants: [grant], movements: [] },
    });
    const after = { grant_id: id, wallet_id: walletId, amount: grant.amount, reason: grant.reason };
    const event = { type: 'wallet.credits_granted', customerId: wallet.customerId, data: after };
    await recordChange(db, c, { action: 'wallet.grant', subjectId: id, after, occurredAt: now, event });
    return foundOr404(await findGrant(db, tenantId, id), 'Grant', id);
  });
}

/** The draws of a use, or why not. */
function drawUnits({ denomination, grants, id }: StoredWallet, amount: string, now: number): BurnDown {
  if (denomination.kind === 'currency') return fail('wallet_of_currency', { walletId: id });
  if (!isAmountOf(denomination, amount) || !/[1-9]/.test(amount))
    return fault('amount', 'must be a decimal above 0 as a string');
  const burnDown = drawDown({ grants, denomination, amount, now });
  if (burnDown.unmet === '0') return burnDown;
  const [held, requested] = [showAmount(burnDown.drawn, denomination), showAmount(amount, denomination)];
  return fail('wallet_too_low', { held, requested });
}

/** Bought units are earned by their use, in the currency that paid for each. */
async function bookUse(deps: ApiDependencies, wallet: StoredWallet, burnDown: BurnDown, source: string) {
  const currencies = new Set(burnDown.draws.flatMap(({ paid }) => (paid === null ? [] : [paid.currency])));
  const postings = [...currencies].flatMap((currency) => {
    const draws = burnDown.draws.filter(({ paid }) => paid?.currency === currency);
    return unitsUsedPostings({ ...burnDown, draws }, wallet.stream, currency);
  });
  await ensureAccounts(
    deps.database,
    wallet.tenantId,
    postings.map(({ account }) => account),
  );
  return postings.length === 0 ? [] : [{ id: newId('le'), kind: 'credits_used', source, postings }];
}

/**
 * Uses units at once: all of the amount or nothing.
 * @throws PerennialError `not_found`, `validation_failed`, `wallet_too_low`, `wallet_of_currency`.
 */
export async function useCredits(
  c: ApiContext,
  deps: ApiDependencies,
  walletId: string,
  body: z.output<typeof useBody>,
): Promise<StoredWallet> {
  const { tenantId } = tenantOf(c);
  const seed = idFromSeed('wm', c.get('seed'));
  return deps.database.transaction(tenantId, async (db) => {
    const wallet = foundOr404(await lockWallet(db, tenantId, walletId), 'Wallet', walletId);
    const now = wallet.clockNow ?? deps.wallClock();
    const after = { wallet_id: walletId, amount: body.amount, reason: body.reason ?? null };
    const event = { type: 'wallet.credits_used', customerId: wallet.customerId, data: after };
    // The audit entry is the mark of a use that was carried out: a repetition after a crash takes nothing again.
    if (!(await recordChange(db, c, { action: 'wallet.use', subjectId: seed, after, occurredAt: now, event })))
      return wallet;
    const burnDown = drawUnits(wallet, body.amount, now);
    const movements = drawMovements(wallet, burnDown, { kind: 'used', invoiceId: null, reason: body.reason ?? null });
    const entries = await bookUse(deps, wallet, burnDown, seed);
    await record(db, {
      tenantId,
      now,
      subscription: null,
      wallet: { walletId, expected: null, grants: [], movements },
      entries,
    });
    return foundOr404(await findWallet(db, tenantId, walletId), 'Wallet', walletId);
  });
}
