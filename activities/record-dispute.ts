/**
 * Reads a dispute at the provider, books what it moved, and records how it stands. Every movement of money is booked once, by the
 * provider's own id of it, so that webhooks may come in any order, twice, or not at all.
 */
import type { DisputeState } from '../adapters/rails/port';
import { isConflict, isDuplicate } from '../db/errors';
import { loadDispute, saveDispute } from '../db/transactions/dispute-progress';
import { ensureAccounts } from '../db/transactions/ensure-accounts';
import { disputeNews, isDisputeOver, type DisputeFacts, type DisputeMovement } from '../domain/dispute';
import { fail } from '../domain/errors';
import { idFromFacts } from '../domain/ids';
import { disputePostings } from '../domain/ledger';
import { absolute, isNegative, negate, type Money } from '../domain/money';
import type { ActivityDependencies } from './dependencies';

export interface RecordDisputeInput {
  readonly tenantId: string;
  readonly paymentId: string;
  readonly providerRef: string;
}

/** So often it is read anew at once when another reading was recorded meanwhile; after that the retry policy paces it. */
const readingsMax = 3;

/** A provider that settles in another currency moves that one; the books hold the cash in the currency of the payment. */
function inPaymentCurrency(gross: Money, disputed: Money): Money {
  if (gross.currency === disputed.currency) return gross;
  return isNegative(gross) ? negate(absolute(disputed)) : absolute(disputed);
}

function factsOf(state: DisputeState): DisputeFacts {
  const { kind, status, reason, amount, evidenceDueAt } = state;
  const movements = state.movements.map(({ balanceTransactionRef, gross, fee }) => ({
    ref: balanceTransactionRef,
    gross: inPaymentCurrency(gross, amount),
    fee,
  }));
  return { kind, status, reason, amount, evidenceDueAt, movements };
}

const entryOf = (rail: string, disputeId: string, { ref, gross, fee }: DisputeMovement) => ({
  kind: isNegative(gross) ? 'dispute' : 'dispute_reversal',
  source: `${disputeId}:${ref}`,
  postings: disputePostings(rail, gross, fee),
});

async function readAndRecord(deps: ActivityDependencies, input: RecordDisputeInput): Promise<DisputeFacts> {
  const { tenantId, paymentId, providerRef } = input;
  const db = deps.database.as(tenantId);
  const progress =
    (await loadDispute(db, tenantId, paymentId, providerRef)) ??
    fail('not_found', { resource: 'Payment', id: paymentId });
  const facts = factsOf(await deps.railNamed(progress.rail).readDispute({ providerRef }));
  const news = disputeNews(progress.known, facts);
  if (!news.changed) return facts;
  const id = idFromFacts('dp', progress.rail, providerRef);
  const entries = news.movements.map((movement) => entryOf(progress.rail, id, movement));
  const accounts = entries.flatMap(({ postings }) => postings.map(({ account }) => account));
  await ensureAccounts(deps.database, tenantId, accounts);
  const { kind, status, reason, amount } = facts;
  const about = { dispute_id: id, payment_id: paymentId, kind, status, reason, disputed: amount };
  const events = news.events.map(({ type, data }) => ({ type, data: { ...about, ...data } }));
  await saveDispute(db, tenantId, progress, { id, providerRef, facts, entries, events });
  return facts;
}

export function recordDispute(deps: ActivityDependencies) {
  return async function run(input: RecordDisputeInput): Promise<{ status: string; final: boolean }> {
    for (let reading = 1; ; reading++) {
      try {
        const facts = await readAndRecord(deps, input);
        return { status: facts.status, final: isDisputeOver(facts) };
      } catch (error) {
        const moved = isConflict(error) || isDuplicate(error);
        if (!moved || reading >= readingsMax) throw error;
      }
    }
  };
}
