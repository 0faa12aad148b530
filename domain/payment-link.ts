/**
 * Links on which a customer pays or confirms an open invoice without signing in: the facts in plain sight and a seal over them. Pure; the
 * seal (HMAC-SHA256 with the engine's link secret, base64url) is handed in, since the domain has no platform.
 */
import type { Instant } from './time';

export interface PaymentLink {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly invoiceId: string;
  readonly expiresAt: Instant;
}

/** A keyed hash of a text as URL-safe characters. */
export type Seal = (text: string) => string;

export type LinkVerification = { readonly kind: 'valid'; readonly link: PaymentLink } | { readonly kind: 'forged' };

/** Set before the facts, so that a seal made for another purpose never fits. */
const purpose = 'pay1';

/** Ids and the expiry have no full stop in them. */
const separator = '.';

const sealed = (facts: string, seal: Seal): string => seal(`${purpose}${separator}${facts}`);

/** The token of a link, safe in a URL. */
export function signPaymentLink(link: PaymentLink, seal: Seal): string {
  const facts = [link.tenantId, link.subscriptionId, link.invoiceId, link.expiresAt.toString(36)].join(separator);
  return `${facts}${separator}${sealed(facts, seal)}`;
}

/** Compares in a time that depends on the length alone. */
function sameText(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}

/**
 * Whether the link's time has run out.
 * @param now the customer's business time: the link of a customer on a test clock expires with that clock
 */
export function isExpired(link: PaymentLink, now: Instant): boolean {
  return link.expiresAt <= now;
}

/** The facts of a token whose seal is right. Whether it still holds, `isExpired` tells. */
export function verifyPaymentLink(token: string, seal: Seal): LinkVerification {
  const end = token.lastIndexOf(separator);
  const facts = token.slice(0, Math.max(0, end));
  if (!sameText(token.slice(end + 1), sealed(facts, seal))) return { kind: 'forged' };
  const [tenantId, subscriptionId, invoiceId, expiry, ...rest] = facts.split(separator);
  if (
    tenantId === undefined ||
    subscriptionId === undefined ||
    invoiceId === undefined ||
    expiry === undefined ||
    rest.length > 0
  ) {
    return { kind: 'forged' };
  }
  return { kind: 'valid', link: { tenantId, subscriptionId, invoiceId, expiresAt: Number.parseInt(expiry, 36) } };
}
