/** The rows of wallets and credit notes that a fact writes. */
import type { BurnDown } from '../../domain/credits/draw';
import type { Grant } from '../../domain/credits/grant';
import type { HeldWallet } from '../../domain/credits/wallet-payment';
import { newId } from '../../domain/ids';
import type { LineKind } from '../../domain/invoice/line';
import type { Money } from '../../domain/money';
import { minus } from '../../domain/pricing/exact';
import { toIso, type Instant } from '../../domain/time';
import type { CreditNoteContent } from '../queries/credit-notes';

export interface MovementRow {
  readonly grantId: string;
  readonly kind: 'granted' | 'drawn' | 'used' | 'expired' | 'rolled_over';
  /** What the grant gains; negative: what it loses. */
  readonly amount: string;
  readonly paid: Money | null;
  readonly invoiceId: string | null;
  readonly reason: string | null;
  /** Where it is another instant than the fact's: an expiry is found later. */
  readonly at?: Instant;
}

export interface GrantRow extends Grant {
  readonly id: string;
  readonly reason: string | null;
}

/** What changes in a wallet; `expected` is the version that it was computed with. */
export interface WalletChange {
  readonly walletId: string;
  readonly expected: number | null;
  readonly grants: readonly GrantRow[];
  readonly movements: readonly MovementRow[];
}

export interface CreditNoteLineRow {
  readonly invoiceLineId: string;
  readonly kind: LineKind;
  readonly description: string;
  readonly stream: string;
  readonly amount: Money;
  readonly net: Money;
  readonly tax: Money;
  readonly taxRow: string;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  readonly text: string;
}

export interface CreditNoteRow extends CreditNoteContent {
  readonly ordinal: number;
  readonly series: string;
  readonly text: string;
  readonly lines: readonly CreditNoteLineRow[];
}

/** What a new grant adds to its wallet. */
export const grantedMovement = ({ id, amount, paid, grantedAt, reason }: GrantRow): MovementRow => ({
  grantId: id,
  kind: 'granted',
  amount,
  paid,
  invoiceId: null,
  reason,
  at: grantedAt,
});

/** What a burn-down takes out of a wallet, grant by grant. */
export function drawMovements(
  { grants }: HeldWallet,
  { draws }: BurnDown,
  drawn: Pick<MovementRow, 'kind' | 'invoiceId' | 'reason'>,
): MovementRow[] {
  return draws.flatMap(({ key, amount, paid }) => {
    const grant = grants.find((held) => held.key === key);
    return grant === undefined ? [] : [{ ...drawn, grantId: grant.id, amount: minus('0', amount), paid }];
  });
}

const paidColumns = (paid: Money | null) => ({ paid: paid?.amount ?? null, paid_currency: paid?.currency ?? null });

export function grantRows({ walletId, grants }: WalletChange) {
  return grants.map((grant) => ({
    id: grant.id,
    wallet_id: walletId,
    key: grant.key,
    origin: grant.origin,
    amount: grant.amount,
    ...paidColumns(grant.paid),
    priority: grant.priority,
    effective_at: toIso(grant.effectiveAt),
    expires_at: grant.expiresAt === null ? null : toIso(grant.expiresAt),
    rollover: grant.rollover,
    rolled: grant.rolled,
    reason: grant.reason,
    granted_at: toIso(grant.grantedAt),
  }));
}

/** Movements that name their instant by it, the others as they come. */
const inOrder = (movements: readonly MovementRow[]): MovementRow[] =>
  [...movements].sort((a, b) => (a.at === undefined || b.at === undefined ? 0 : a.at - b.at));

export function movementRows({ walletId, grants, movements }: WalletChange) {
  return inOrder([...movements, ...grants.map(grantedMovement)]).map(
    ({ grantId, kind, amount, paid, invoiceId, reason, at }) => ({
      id: newId('wm'),
      wallet_id: walletId,
      grant_id: grantId,
      kind,
      amount,
      ...paidColumns(paid),
      invoice_id: invoiceId,
      reason,
      moved_at: at === undefined ? null : toIso(at),
    }),
  );
}

export function creditNoteRow(note: CreditNoteRow) {
  return {
    id: note.id,
    customer_id: note.customerId,
    subscription_id: note.subscriptionId,
    invoice_id: note.invoiceId,
    ordinal: note.ordinal,
    series: note.series,
    currency: note.gross.currency,
    reason: note.reason,
    memo: note.memo,
    net: note.net.amount,
    tax: note.tax.amount,
    gross: note.gross.amount,
    reduced: note.reduced.amount,
    refunded: note.refunded.amount,
    to_balance: note.toBalance.amount,
    refund_id: note.refundId,
    taxes: note.taxes.map(({ taxRow, net, tax }) => ({ tax_row: taxRow, net: net.amount, tax: tax.amount })),
    explanation: note.text,
  };
}

export function creditNoteLineRows({ id, lines }: CreditNoteRow) {
  return lines.map((line, position) => ({
    id: newId('cnl'),
    credit_note_id: id,
    invoice_line_id: line.invoiceLineId,
    position,
    kind: line.kind,
    description: line.description,
    stream: line.stream,
    amount: line.amount.amount,
    net: line.net.amount,
    tax: line.tax.amount,
    currency: line.amount.currency,
    tax_row: line.taxRow,
    period_start: toIso(line.periodStart),
    period_end: toIso(line.periodEnd),
    explanation: line.text,
  }));
}
