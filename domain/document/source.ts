/**
 * The facts that a document is made of, as they were when its invoice or credit note was recorded. Nothing that happened later belongs here:
 * a document that is made years afterwards says the same.
 */
import type { Money } from '../money';
import type { Instant } from '../time';

export interface Address {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly postal_code: string | null;
  readonly region: string | null;
  /** ISO 3166-1. */
  readonly country: string | null;
}

/** A number with a tax office; `vat` is the one that begins with the letters of its country, where there are such. */
export interface PartyTaxNumber {
  readonly kind: 'vat' | 'other';
  readonly number: string;
}

export interface DocumentParty {
  readonly id: string;
  readonly name: string;
  readonly address: Address | null;
  readonly taxNumbers: readonly PartyTaxNumber[];
  readonly email: string | null;
}

export interface BankDetails {
  readonly account_name: string | null;
  readonly bank_name: string | null;
  readonly iban: string | null;
  readonly account_number: string | null;
  readonly bic: string | null;
}

export type LogoType = 'image/png' | 'image/jpeg';

export interface Logo {
  readonly mediaType: LogoType;
  readonly bytes: Uint8Array;
}

export interface DocumentSeller extends DocumentParty {
  readonly phone: string | null;
  readonly registrationNumber: string | null;
  readonly registrationText: string | null;
  readonly bank: BankDetails | null;
  readonly footer: string | null;
  /** "#1f3a5f". */
  readonly accentColor: string;
  readonly logo: Logo | null;
}

/** `untaxed`: tax is no matter of the seller, who has told nothing of it. */
export type DocumentTaxKind = 'taxed' | 'exempt' | 'reverse_charge' | 'not_collected' | 'untaxed';

export interface DocumentLine {
  readonly kind: string;
  readonly description: string;
  readonly quantity: string;
  /** As it is priced: before discount, with tax where its price includes it. */
  readonly amount: Money;
  readonly discount: Money;
  /** Without discount and without tax. */
  readonly net: Money;
  readonly tax: Money;
  readonly isTaxIncluded: boolean;
  readonly taxKind: DocumentTaxKind;
  /** "19"; "0" unless taxed. */
  readonly taxPercent: string;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  /** LineExplanation of domain/invoice/line.ts; a credit note has a sentence. */
  readonly explanation: unknown;
  /** The invoice whose charge it gives back. */
  readonly creditsNumber: string | null;
  /** Names the subscription that it bills, where the invoice bills several; left out where it bills one. */
  readonly group?: string;
}

/** All lines of one rate, or of one reason for none (Directive 2006/112, Art. 226 (8) to (11)). */
export interface DocumentTax {
  readonly kind: DocumentTaxKind;
  readonly percent: string;
  readonly country: string | null;
  /** True when the amounts of its lines include it. */
  readonly included: boolean;
  readonly net: Money;
  readonly tax: Money;
  readonly legend: string | null;
}

export interface DocumentDiscount {
  readonly name: string;
  readonly amount: Money;
}

export type DocumentKind = 'invoice' | 'credit_note';

export interface DocumentSource {
  readonly kind: DocumentKind;
  readonly number: string;
  readonly currency: string;
  readonly language: string;
  readonly issuedAt: Instant;
  /** Null for a credit note. */
  readonly dueAt: Instant | null;
  /** Days of issue and payment are the seller's; days of service the customer's. */
  readonly sellerZone: string;
  readonly customerZone: string;
  readonly seller: DocumentSeller;
  readonly customer: DocumentParty;
  readonly lines: readonly DocumentLine[];
  readonly subtotal: Money;
  readonly discounts: readonly DocumentDiscount[];
  /** Discount of charges that are given back here; zero or negative. */
  readonly discountTakenBack: Money;
  readonly taxes: readonly DocumentTax[];
  readonly total: Money;
  /** What the customer's credits paid, grant by grant. */
  readonly walletDraws: readonly { readonly name: string; readonly amount: Money }[];
  /** Negative: kept for the customer. */
  readonly balanceApplied: Money;
  /** Too small to charge. */
  readonly carriedOver: Money;
  /** Taken off older invoices and asked for here. */
  readonly creditGiven: Money;
  readonly amountDue: Money;
  /** The invoice that a credit note lowers. */
  readonly corrects: { readonly number: string; readonly issuedAt: Instant } | null;
  /** Where the amount of a credit note goes; null for an invoice. */
  readonly given: { readonly reduced: Money; readonly refunded: Money; readonly toBalance: Money } | null;
  /** Why a credit note was written. */
  readonly reason: string | null;
}
