/**
 * The signed, expiring link on which a customer pays an open invoice or confirms a payment (3-D Secure). It carries its facts itself:
 * nothing is stored, and nobody can change it without the secret.
 */
import { fail } from './errors';
import type { Instant } from './time';

export interface PaymentLinkFacts {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly invoiceId: string;
  readonly expiresAt: Instant;
}

/** HMAC-SHA256 of a text with the link secret, base64url; handed in, since the domain knows no secrets. */
export type Signature = (text: string) => string;

const separator = '~';

/** The token: facts and signature. It is safe in a path: TypeIDs, digits and base64url only. */
export function signPaymentLink(
  { tenantId, subscriptionId, invoiceId, expiresAt }: PaymentLinkFacts,
  sign: Signature,
): string {
  const facts = [tenantId, subscriptionId, invoiceId, String(expiresAt)].join(separator);
  return `${facts}${separator}${sign(facts)}`;
}

/** Compares without telling by its duration where two texts differ. */
function sameText(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}

/**
 * The facts of a token whose signature is ours. Whether it is still alive is another question: see `assertLinkAlive`.
 * @throws PerennialError `link_invalid`.
 */
export function readPaymentLink(token: string, sign: Signature): PaymentLinkFacts {
  const parts = token.split(separator);
  const [tenantId, subscriptionId, invoiceId, expiry, signature] = parts;
  if (parts.length !== 5 || !tenantId || !subscriptionId || !invoiceId || !expiry || !signature)
    return fail('link_invalid');
  if (!sameText(signature, sign(parts.slice(0, 4).join(separator)))) return fail('link_invalid');
  return { tenantId, subscriptionId, invoiceId, expiresAt: Number.parseInt(expiry, 10) };
}

/**
 * @param now the customer's business time: a link of a customer on a test clock expires with that clock
 * @throws PerennialError `link_expired`.
 */
export function assertLinkAlive(facts: PaymentLinkFacts, now: Instant): void {
  if (now >= facts.expiresAt) fail('link_expired');
}
