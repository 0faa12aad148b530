/** What voiding an invoice takes back: income, tax, what balance and wallet paid, each as far as no credit note took it back before. */
import type { OpenInvoice, WalletDrawn } from '../db/transactions/open-invoices';
import type { GrantRow, WalletChange } from '../db/transactions/record-credits';
import { grantOf } from '../domain/credits/grant';
import { walletStreams } from '../domain/credits/postings';
import { taxByPlace } from '../domain/invoice/invoice-taxes';
import { newId } from '../domain/ids';
import type { Posting } from '../domain/ledger';
import { add, isZero, money, negate, subtract, type Money } from '../domain/money';
import { isAhead } from '../domain/recognition/is-ahead';
import { plus } from '../domain/pricing/exact';
import type { Instant } from '../domain/time';

/**
 * What the customer's balance gets: what the invoice took from it, and a credit that it received, less what its own credits took off older
 * invoices, which is owed there. What credit notes gave stays given, for it is no longer charged.
 */
export function balanceBack(invoice: OpenInvoice): Money {
  const { balanceApplied, carriedOver, creditReceived, creditGiven, notedReduced, notedToBalance } = invoice;
  const moved = subtract(add(add(balanceApplied, carriedOver), creditReceived), creditGiven);
  return subtract(moved, add(notedReduced, notedToBalance));
}

type Post = (account: string, amount: Money) => void;

const incomeOf = (stream: string, ahead: boolean): string => `${ahead ? 'deferred' : 'revenue'}:${stream}`;

function postIncome({ lines, taxes, notes, issuedAt }: OpenInvoice, post: Post): void {
  for (const line of lines) post(incomeOf(line.stream, isAhead(line, issuedAt)), line.net);
  for (const { place, amount } of taxByPlace(taxes)) post(`tax:${place}`, amount);
  for (const note of notes) {
    post(incomeOf(note.stream, isAhead(note, note.notedAt)), negate(note.net));
    if (note.place !== null) post(`tax:${note.place}`, negate(note.tax));
  }
}

function postWallet({ draws, total }: OpenInvoice, post: Post): void {
  for (const { amount, paid } of draws) {
    if (paid === null) post(`revenue:${walletStreams.granted}`, negate(money(amount, total.currency)));
    else post('wallet_credits', negate(paid));
  }
}

/** The postings that take back what the invoice and its credit notes left in the books. */
export function voidPostings(invoice: OpenInvoice): Posting[] {
  const totals = new Map<string, Money>();
  const post: Post = (account, amount) => {
    const before = totals.get(account);
    totals.set(account, before === undefined ? amount : add(before, amount));
  };
  postIncome(invoice, post);
  postWallet(invoice, post);
  post('receivable', negate(invoice.amountDue));
  post('customer_balance', negate(balanceBack(invoice)));
  return [...totals].map(([account, amount]) => ({ account, amount })).filter(({ amount }) => !isZero(amount));
}

/** Credits that paid a voided invoice come back as a grant of their own, which lives as long as they had left when they were drawn. */
function grantBack(invoiceId: string, drawn: WalletDrawn, now: Instant): GrantRow {
  const { grantId, origin, priority, paid, expiresAt, drawnAt } = drawn;
  const terms = { amount: plus(drawn.amount, '0'), priority, effective_at: null, expires_at: null, rollover: null };
  const grant = grantOf(`return/${invoiceId}/${grantId}`, terms, now);
  const back = expiresAt === null ? null : now + (expiresAt - drawnAt);
  return { ...grant, id: newId('cg'), origin, paid, expiresAt: back, reason: 'invoice voided' };
}

/** What the wallet gets back of a voided invoice; null when it paid nothing of it. */
export function creditsBack({ id, draws }: OpenInvoice, now: Instant): WalletChange | null {
  const [first] = draws;
  if (first === undefined) return null;
  const grants = draws.map((drawn) => grantBack(id, drawn, now));
  return { walletId: first.walletId, expected: null, grants, movements: [] };
}

/** What wallets of units get back of a voided invoice, one change for each wallet. */
export function unitsBack({ id, unitDraws }: OpenInvoice, now: Instant): WalletChange[] {
  const wallets = [...new Set(unitDraws.map(({ walletId }) => walletId))];
  return wallets.map((walletId) => {
    const own = unitDraws.filter((drawn) => drawn.walletId === walletId);
    return { walletId, expected: null, grants: byGrant(own).map((drawn) => grantBack(id, drawn, now)), movements: [] };
  });
}

/** Several lines of an invoice may have drawn from one grant. */
function byGrant(draws: readonly WalletDrawn[]): WalletDrawn[] {
  const found = new Map<string, WalletDrawn>();
  for (const drawn of draws) {
    const before = found.get(drawn.grantId);
    const paid = before?.paid == null || drawn.paid === null ? drawn.paid : add(before.paid, drawn.paid);
    found.set(drawn.grantId, { ...drawn, paid, amount: plus(before?.amount ?? '0', drawn.amount) });
  }
  return [...found.values()];
}

/** The postings that make what was paid for the units a liability again. */
export const unitPostings = ({ unitDraws }: OpenInvoice): Posting[] =>
  unitDraws.flatMap(({ paid, stream }) =>
    paid === null || isZero(paid)
      ? []
      : [
          { account: `revenue:${stream}`, amount: paid },
          { account: 'wallet_credits', amount: negate(paid) },
        ],
  );
