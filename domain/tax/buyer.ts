/** What is known of a customer that decides how they are taxed, and the place that follows from it. */
import { type Place, type PlaceDecision, type PlaceEvidence, placeOfSupply } from './place';
import type { TaxSettings } from './settings';
import type { TaxNumberCheck } from './tax-number';
import type { Exemption } from './treatment';

export interface Buyer {
  /** Of the billing address; null while none is known. */
  readonly address: Place | null;
  /** Beside the address. */
  readonly evidence: readonly PlaceEvidence[];
  /** The last check of their tax number; null for a consumer. */
  readonly check: TaxNumberCheck | null;
  readonly exemptions: readonly Exemption[];
}

/** A customer of whom nothing is known. */
export const unknownBuyer: Buyer = { address: null, evidence: [], check: null, exemptions: [] };

export interface BuyerPlace {
  readonly place: Place;
  /** The evidence with the decision on it, kept with the invoice. */
  readonly decision: PlaceDecision;
  /** Why it is this place although the evidence does not settle it; null where it does. */
  readonly presumed: 'billing_address' | 'seller' | null;
}

/** The address as a piece of evidence, unless one was handed in. */
function evidenceOf({ address, evidence }: Buyer, observedAt: string): readonly PlaceEvidence[] {
  if (address === null || evidence.some(({ kind }) => kind === 'billing_address')) return evidence;
  return [
    { ...address, kind: 'billing_address', observed_at: observedAt, reference: 'the billing address' },
    ...evidence,
  ];
}

/**
 * Where the customer is, for tax. An invoice cannot wait for evidence: without it the billing address counts, and without an address the
 * seller's own country, as for somebody at the counter. Both are marked, so that they can be found and mended.
 * @param observedAt ISO 8601: when the invoice is made
 */
export function placeOfBuyer(buyer: Buyer, { seller, evidence }: TaxSettings, observedAt: string): BuyerPlace {
  const decision = placeOfSupply(evidenceOf(buyer, observedAt), evidence === 'one' ? 1 : 2);
  if (decision.kind === 'settled') return { place: decision.place, decision, presumed: null };
  if (buyer.address !== null) return { place: buyer.address, decision, presumed: 'billing_address' };
  return { place: { country: seller.country, region: null }, decision, presumed: 'seller' };
}
