/** What a verdict on a settlement's deposits writes beside itself: the ledger, the deposits that it counts, and the legs that pay back. */
import type { Deposit, Leg, SettlementFacts } from '../../db/transactions/settlement-progress';
import { moneyOfBaseUnits } from '../../domain/chain/asset';
import { idFromFacts } from '../../domain/ids';
import { reversal, type Posting } from '../../domain/ledger';
import { zero } from '../../domain/money';
import type { AddedLeg, SettlementFact } from '../../domain/settlement/facts';
import type { Verdict } from '../../domain/settlement/judge';
import { acceptPostings, creditPostings } from '../../domain/settlement/postings';
import type { FactParts } from './once';

export type Reviewed = Extract<SettlementFact, { kind: 'reviewed' }>;
type Accepted = Extract<Verdict, { kind: 'accept' }>;

const acceptanceKind = 'settlement_accepted';

/** Nobody knows where it came from, and nobody said where it goes back to: then a person must. */
type RefundTarget = string | null;

/** Where money goes back to: where the tenant said, or to the only sender. */
function refundTarget({ settlement, deposits }: SettlementFacts): RefundTarget {
  if (settlement.refundAddress !== null) return settlement.refundAddress;
  const senders = new Set(deposits.filter(({ status }) => status === 'final').map(({ sender }) => sender));
  const [only = null] = senders;
  return senders.size === 1 ? only : null;
}

function refundLeg({ settlement, legs }: SettlementFacts, units: string, destination: string): Leg {
  const { id: settlementId, tenantId, chain, amount } = settlement;
  const money = moneyOfBaseUnits(BigInt(units), amount.currency);
  const position = legs.length;
  return {
    ...{ id: idFromFacts('leg', settlementId, 'refund', String(position)), tenantId, settlementId, position, chain },
    ...{ kind: 'refund', party: 'payer', amount: money, source: money, bookRate: null, destination, tag: null },
  };
}

const sharesOf = (legs: readonly Leg[]) =>
  legs
    .filter(({ kind }) => kind !== 'treasury' && kind !== 'refund')
    .map(({ party, source }) => ({ party, amount: source }));

/** What the acceptance of a payment books. */
function postingsOfAcceptance({ settlement, legs }: SettlementFacts, verdict: Accepted): Posting[] {
  const { stream, amount, book } = settlement;
  const units = (value: string) => moneyOfBaseUnits(BigInt(value), amount.currency);
  const none = zero(amount.currency);
  const { received, excess, excessWay } = verdict;
  const payment = {
    stream,
    received: units(received),
    refunded: excessWay === 'refund' ? units(excess) : none,
    credited: excessWay === 'credit' ? units(excess) : none,
    shares: sharesOf(legs),
  };
  return acceptPostings(payment, book);
}

const counted = (deposits: readonly Deposit[]): string[] =>
  deposits.filter(({ status, countedIn }) => status === 'final' && countedIn === null).map(({ id }) => id);

const entryOf = (kind: string, settlementId: string, postings: readonly Posting[]) => ({
  id: idFromFacts('le', kind, settlementId),
  kind,
  source: settlementId,
  postings,
});

const addedOf = (legs: readonly Leg[]): AddedLeg[] => legs.map(({ id, kind }) => ({ id, kind }));

/** A verdict as a fact, with all that it writes; null when money should go back and nobody knows where to. */
export function factOfVerdict(
  facts: SettlementFacts,
  verdict: Verdict,
): { readonly fact: Reviewed; readonly parts: FactParts } | null {
  const { settlement, deposits } = facts;
  const { id, book, amount } = settlement;
  const plain: Reviewed = { kind: 'reviewed', verdict, addedLegs: [] };
  if (verdict.kind !== 'accept' && verdict.kind !== 'give_back') return { fact: plain, parts: {} };
  const refunded =
    verdict.kind === 'accept'
      ? verdict.excessWay === 'refund'
        ? verdict.excess
        : '0'
      : verdict.way === 'refund'
        ? verdict.received
        : '0';
  const target = refunded === '0' ? '' : refundTarget(facts);
  if (target === null) return null;
  const legs = refunded === '0' ? [] : [refundLeg(facts, refunded, target)];
  const fact = { ...plain, addedLegs: addedOf(legs) };
  const parts = { legs, counted: counted(deposits) };
  if (verdict.kind === 'accept') {
    const entry = entryOf(acceptanceKind, id, postingsOfAcceptance(facts, verdict));
    return { fact, parts: { ...parts, entries: [entry] } };
  }
  if (verdict.way === 'refund') return { fact, parts };
  const kept = creditPostings(moneyOfBaseUnits(BigInt(verdict.received), amount.currency), book);
  return { fact, parts: { ...parts, entries: [entryOf('settlement_credited', id, kept)] } };
}

/** The reversal of what an acceptance booked, when an operator gives the money back after all. */
export function reversalOfAcceptance(settlementId: string, booked: readonly Posting[]): FactParts {
  return { entries: [entryOf('settlement_reversed', settlementId, reversal(booked))] };
}

/** The ledger entry of a settlement's acceptance. */
export const acceptanceEntryId = (settlementId: string): string => idFromFacts('le', acceptanceKind, settlementId);
