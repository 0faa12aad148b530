/**
 * The port to a provider of sales tax: for places where a table of rates by state is not enough, since counties, cities and districts add
 * their own and each has its own rules for what is sold. An answer is a tax for each line, with the authorities that it belongs to.
 */
import type { PostalAddress } from '../customer/billing-details';
import type { Money } from '../money';
import type { CalendarDate } from './date';
import type { TaxTable } from './rate';
import type { SalesTaxProviderName } from './settings';

export interface SalesTaxLine {
  /** Unique in the question; the answer names it. */
  readonly reference: string;
  /** After discounts, above zero. */
  readonly amount: Money;
  /** True when the tax is within the amount. */
  readonly isTaxIncluded: boolean;
  /** What the product is for tax: a category of ours. */
  readonly category: string;
  /** The day of supply. */
  readonly date: CalendarDate;
}

export interface SalesTaxQuestion {
  /** Names the question: asked twice, it is answered alike and counts once. */
  readonly key: string;
  /** Where the seller is; null while it has no address. */
  readonly seller: PostalAddress | null;
  readonly customer: PostalAddress;
  readonly currency: string;
  /** When the invoice is made, as a day at the customer's. */
  readonly date: CalendarDate;
  readonly lines: readonly SalesTaxLine[];
  /** The rates of our own table for the customer's country. */
  readonly table: TaxTable;
}

/** One authority's part of the tax of a line. */
export interface Jurisdiction {
  readonly name: string;
  /** `country`, `state`, `county`, `city`, `district`. */
  readonly level: string;
  readonly country: string;
  /** ISO 3166-2; null for a country's own tax. */
  readonly region: string | null;
  /** "0" where nothing is imposed. */
  readonly percent: string;
  /** What of the line it taxes. */
  readonly taxable: Money;
  readonly tax: Money;
  /** Why, in the provider's word: `standard_rated`, `not_collecting`, `product_exempt`. */
  readonly reason: string;
}

export interface SalesTaxLineAnswer {
  readonly reference: string;
  readonly tax: Money;
  readonly jurisdictions: readonly Jurisdiction[];
}

export type SalesTaxAnswer =
  | {
      readonly kind: 'answered';
      /** By which a sale is reported; null for a provider to which none is. */
      readonly calculation: string | null;
      /** The day whose rules were taken. */
      readonly date: CalendarDate;
      readonly lines: readonly SalesTaxLineAnswer[];
    }
  /** No answer: an outage, a limit, a time-out, or an address that cannot be placed. It never means "no tax". */
  | { readonly kind: 'unknown'; readonly obstacle: string };

/** What became of a report: `unknown` is told again. */
export type ReportAnswer =
  { readonly kind: 'reported'; readonly transaction: string } | { readonly kind: 'unknown'; readonly obstacle: string };

export interface ReversalRequest {
  /** Of the sale, as it was reported. */
  readonly transaction: string;
  /** Names the reversal, unique over all reports. */
  readonly reference: string;
  /** With tax, above zero. */
  readonly amount: Money;
}

/** Differences between providers, as data; the conformance suite checks that they are honest. */
export interface SalesTaxCapabilities {
  /** Whether it knows authorities below the state. */
  readonly local: boolean;
  /** Whether sales are reported to it. */
  readonly reports: boolean;
}

/** It answers `unknown` for whatever keeps it from answering; it never throws for that. */
export interface SalesTaxProvider {
  readonly name: string;
  readonly capabilities: SalesTaxCapabilities;
  calculate(question: SalesTaxQuestion): Promise<SalesTaxAnswer>;
  /** Reports a sale that it calculated. Again under the same reference, it answers the same. */
  reportSale(sale: { readonly calculation: string; readonly reference: string }): Promise<ReportAnswer>;
  /** Reports that a part of a sale was given back. Again under the same reference, it answers the same. */
  reportReversal(reversal: ReversalRequest): Promise<ReportAnswer>;
}

/** A provider of the settings, or our own table, which stands in for it. */
export type SalesTaxSource = SalesTaxProviderName | 'table';

/** Asks a provider by its name. It answers `unknown` where there is no answer, and never throws for that. */
export type AskSalesTax = (source: SalesTaxSource, question: SalesTaxQuestion) => Promise<SalesTaxAnswer>;
