import type { EntryRow } from '../db/transactions/record';
import { newId } from '../domain/ids';
import { earn } from '../domain/invoice/earning';
import { invoicePostings } from '../domain/ledger';
import { zero } from '../domain/money';
import type { SubscriptionState } from '../domain/subscription/state';
import { toIso, type Instant } from '../domain/time';

/** When a subscription ends, what was billed ahead and is not given back is earned. */
export function closingParts(
  state: SubscriptionState,
  deferred: Readonly<Record<string, string>>,
  now: Instant,
): EntryRow[] {
  const { currency, subscriptionId } = state;
  const { earned } = earn({ deferred, lines: [], currency, moment: 'close', now });
  const none = zero(currency);
  const postings = invoicePostings({ currency, lines: [], balanceApplied: none, carriedOver: none, earned });
  return postings.length === 0
    ? []
    : [{ id: newId('le'), kind: 'earned', source: `${subscriptionId}:${toIso(now)}`, postings }];
}
