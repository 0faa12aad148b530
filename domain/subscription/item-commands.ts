/** What the commands on add-ons, charges and prices of a subscription's own carry. */
export interface AddAddOn {
  readonly priceId: string;
  readonly quantity?: number;
}
export interface RemoveAddOn {
  readonly addOnId: string;
  readonly atPeriodEnd?: boolean;
}
export interface AddCharge {
  readonly priceId: string;
  readonly quantity?: number;
  /** `now` unless given. */
  readonly invoice?: string;
}
export interface OverridePrice {
  readonly priceId: string;
  /** Another pricing model; its parameters then stand alone. */
  readonly model?: string;
  /** Laid over the price's own, field by field. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly description?: string;
}
export interface RemovePriceOverride {
  readonly overrideId: string;
}
