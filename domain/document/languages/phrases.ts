/** What a language must bring: every sentence of a document, and how it writes numbers and days. `{name}` is filled in. */
export interface Phrases {
  readonly invoice: string;
  readonly creditNote: string;
  readonly billTo: string;
  readonly number: string;
  readonly issueDate: string;
  readonly dueDate: string;
  readonly servicePeriod: string;
  readonly paymentReference: string;
  readonly correctedInvoice: string;
  readonly reason: string;
  readonly vatNumber: string;
  readonly taxNumber: string;
  readonly registrationNumber: string;
  readonly email: string;
  readonly phone: string;

  readonly description: string;
  readonly quantity: string;
  readonly unitPrice: string;
  readonly taxRate: string;
  readonly amount: string;
  readonly credits: string;
  readonly discountOfLine: string;
  readonly netOfLine: string;
  readonly seconds: string;
  readonly days: string;

  readonly subtotal: string;
  readonly discount: string;
  readonly discountTakenBack: string;
  readonly vat: string;
  readonly salesTax: string;
  readonly vatAt: string;
  readonly salesTaxAt: string;
  readonly includedTax: string;
  readonly total: string;
  readonly walletApplied: string;
  readonly balanceApplied: string;
  readonly balanceKept: string;
  readonly carriedOver: string;
  readonly creditGiven: string;
  readonly amountDue: string;
  readonly totalCredit: string;
  readonly reduced: string;
  readonly refunded: string;

  readonly rate: string;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;

  readonly reverseCharge: string;
  readonly exempt: string;
  readonly notCollected: string;
  readonly taxIncludedNote: string;

  readonly payBy: string;
  readonly nothingDue: string;
  readonly payByTransfer: string;
  readonly accountHolder: string;
  readonly accountNumber: string;
  readonly bank: string;
  readonly page: string;
}

export interface Language {
  /** BCP 47. */
  readonly code: string;
  readonly phrases: Phrases;
  readonly decimal: '.' | ',';
  readonly group: ',' | '.' | '\u202f' | '\u00a0';
  /** Digits before the point from which thousands are kept apart: Spanish writes 1234,50 and 12.345,00. */
  readonly groupFrom: 4 | 5;
  /** "{amount} {currency}"; blanks do not break. */
  readonly money: string;
  readonly percent: string;
  /** January first. */
  readonly months: readonly string[];
  readonly date: string;
  /** In place of the number 1 as day of month. */
  readonly firstDay: string;
}
