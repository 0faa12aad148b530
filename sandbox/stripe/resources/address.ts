/** Addresses, shipping and billing details: parameters and shapes that several resources share. */
import { clearableText, clearableObject, object, type Parsed } from '../http/parameters';
import type { PaymentMethod } from '../state/stored';

export const addressParameters = {
  city: clearableText,
  country: clearableText,
  line1: clearableText,
  line2: clearableText,
  postal_code: clearableText,
  state: clearableText,
} as const;

export const customerShippingParameters = {
  address: object(addressParameters),
  name: clearableText,
  phone: clearableText,
} as const;

export const shippingParameters = {
  ...customerShippingParameters,
  carrier: clearableText,
  tracking_number: clearableText,
} as const;

export const billingParameters = {
  address: clearableObject(addressParameters),
  email: clearableText,
  name: clearableText,
  phone: clearableText,
  tax_id: clearableText,
} as const;

interface Address {
  city: string | null;
  country: string | null;
  line1: string | null;
  line2: string | null;
  postal_code: string | null;
  state: string | null;
}

/** An address with every member, as answers have it. */
export function addressOf(given: Parsed<typeof addressParameters>): Address {
  return {
    city: given.city ?? null,
    country: given.country ?? null,
    line1: given.line1 ?? null,
    line2: given.line2 ?? null,
    postal_code: given.postal_code ?? null,
    state: given.state ?? null,
  };
}

/** Shipping with every member, as answers have it. */
export function shippingOf(given: Parsed<typeof shippingParameters>): {
  address: Address;
  carrier: string | null;
  name: string;
  phone: string | null;
  tracking_number: string | null;
} {
  return {
    address: addressOf(given.address ?? {}),
    carrier: given.carrier ?? null,
    name: given.name ?? '',
    phone: given.phone ?? null,
    tracking_number: given.tracking_number ?? null,
  };
}

/** Billing details with every member; what is not given stays as it was. */
export function billingDetailsOf(
  given: Parsed<typeof billingParameters>,
  present?: PaymentMethod['billing_details'],
): PaymentMethod['billing_details'] {
  const address = given.address;
  return {
    address: address === null || address === undefined ? (present?.address ?? addressOf({})) : addressOf(address),
    email: given.email ?? present?.email ?? null,
    name: given.name ?? present?.name ?? null,
    phone: given.phone ?? present?.phone ?? null,
    tax_id: given.tax_id ?? present?.tax_id ?? null,
  };
}
