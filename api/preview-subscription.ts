/** The first invoice of a subscription that is not made yet, by the statements and functions that make it: all of it is rolled back. */
import type { Database, Queryable } from '../db/pool';
import { previewOf, upcomingDraft, type InvoicePreview, type PreviewDraft } from '../db/reports/invoice-preview';
import { fail } from '../domain/errors';
import { idFromSeed } from '../domain/ids';
import type { SubscriptionState } from '../domain/subscription/state';
import { periodBoundary } from '../domain/time';
import { tenantOf, type ApiContext } from './context';
import { insertWithTerms } from './create-subscription';
import type { ApiDependencies } from './dependencies';
import { newSeed } from './middleware/idempotency';
import { withCoupons } from './redeem-coupons';
import { meansOf } from './preview-means';
import { loadParts, refuseUnsound, rowOf, stateOf, trialOf, type Body, type Parts } from './subscription-parts';

/** Carries the result out of a transaction that must not last. */
class Undone extends Error {
  constructor(readonly draft: PreviewDraft | null) {
    super('a preview writes nothing');
  }
}

/** The transaction in hand in the place of the database. */
const within = ({ ping, close }: Database, db: Queryable): Database => ({
  as: () => db,
  transaction: (_tenantId, work) => work(db),
  ping,
  close,
});

/** A subscription with a trial bills nothing before its end: then that invoice is shown. */
function afterTrial(state: SubscriptionState, { version }: Parts, body: Body): SubscriptionState {
  const days = trialOf(body, version)?.days ?? 0;
  const { startAt, timeZone } = state;
  const end = state.trialEnd ?? periodBoundary(startAt, { unit: 'day', count: Math.max(days, 1) }, 1, timeZone);
  if (days === 0 || end <= startAt) return state;
  return { ...state, status: 'trialing', trialEnd: end, period: { index: -1, start: startAt, end } };
}

async function draftOf(c: ApiContext, deps: ApiDependencies, body: Body, parts: Parts, state: SubscriptionState) {
  const { tenantId } = state;
  const now = state.clock?.now ?? deps.wallClock();
  const row = rowOf(state, parts, body, now);
  const undone = deps.database.transaction<never>(tenantId, async (db) => {
    await insertWithTerms(db, c, row, body);
    throw new Undone(await upcomingDraft(within(deps.database, db), afterTrial(state, parts, body)));
  });
  return undone.catch((error: unknown) => {
    if (error instanceof Undone) return error.draft;
    throw error;
  });
}

/**
 * What a new subscription would bill first: at its start, or at the end of its trial.
 * @throws PerennialError as the creation does.
 */
export async function previewSubscription(c: ApiContext, deps: ApiDependencies, body: Body): Promise<InvoicePreview> {
  const { tenantId } = tenantOf(c);
  // Nothing is kept of a preview, so it comes without a seed: what it names exists until it is rolled back.
  c.set('seed', newSeed());
  const parts = await loadParts(deps.database.as(tenantId), tenantId, body);
  refuseUnsound(parts, body);
  const now = parts.customer.clockNow ?? deps.wallClock();
  const state = stateOf(deps, idFromSeed('sub', c.get('seed')), parts, body, now);
  const draft = (await withCoupons(() => draftOf(c, deps, body, parts, state))) ?? fail('internal');
  return previewOf(afterTrial(state, parts, body), draft, meansOf(deps), draft.at);
}
