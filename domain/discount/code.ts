/** Codes: what a customer types to redeem a coupon. One coupon may have several, each with its own end, cap and customer. */
import type { FieldError } from '../errors';
import { checked, count, instant, name, nullable, objectOf, parameters } from '../pricing/fields';

export interface CouponCode {
  /** In its normal form: upper case. */
  readonly code: string;
  /** It can be redeemed before this instant (ISO 8601); null: as long as the coupon. */
  readonly redeem_by: string | null;
  readonly redemptions_max: number | null;
  /** The only customer who may redeem it; null: anybody. */
  readonly customer_id: string | null;
}

/** Short enough to be typed; ASCII alone, because look-alikes of other alphabets would be other codes. */
const codePattern = /^[A-Z0-9][A-Z0-9_-]{2,39}$/;
const codesRedeemedMax = 10_000_000_000;

/** A code as it is compared: without blanks around it, in upper case. Customers type it as they like. */
export function normalCode(typed: string): string {
  return typed.trim().toUpperCase();
}

const code = checked(
  (value): value is string => typeof value === 'string' && codePattern.test(normalCode(value)),
  'must be 3 to 40 letters from A to Z, digits, "-" or "_"',
);

const read = parameters<CouponCode>(
  objectOf<CouponCode>({
    code,
    redeem_by: nullable(instant),
    redemptions_max: nullable(count(codesRedeemedMax)),
    customer_id: nullable(name),
  }),
);

/** Reads a code from outside: in its normal form, or what is wrong by field. */
export function parseCouponCode(value: unknown): CouponCode | FieldError[] {
  const parsed = read(value);
  return Array.isArray(parsed) ? parsed : { ...parsed, code: normalCode(parsed.code) };
}
