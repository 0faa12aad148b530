/** What the commands about money owed carry; the rules stand in commands.ts. */

export interface RetryPayment {
  readonly invoiceId?: string;
  readonly customerPresent?: boolean;
}

export interface InvoiceCommand {
  readonly invoiceId: string;
}

export interface VoidInvoice extends InvoiceCommand {
  /** Whether the usage that it billed is billed again with the next invoice; absent: it is, while the subscription goes on. */
  readonly usage?: string;
}

export interface ReissueInvoice {
  readonly invoiceId: string;
  /** New amounts, before tax; lines that are not named keep theirs. */
  readonly lines?: readonly { readonly line_id: string; readonly amount: string }[];
  /** With the usage as it is now, instead of given amounts; then the invoice may be paid, too. */
  readonly reprice?: boolean;
}

export interface CreditInvoice {
  readonly invoiceId: string;
  /** Absent: named after the command. */
  readonly creditNoteId?: string;
  /** Left out with `amount`: all that remains. */
  readonly lines?: readonly { readonly line_id: string; readonly amount: string }[];
  /** With tax, over the whole invoice. */
  readonly amount?: string;
  readonly basis?: string;
  readonly rest?: string;
  readonly reason: string;
  readonly memo?: string;
}
