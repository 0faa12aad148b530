/** `Stripe-Signature`. Source: Stripe, "Verify webhook signatures manually": HMAC-SHA256 over the time, a dot and the body. */
import { createHmac } from 'node:crypto';

/** Signs a body at a time in epoch seconds, with each of the secrets: there are two during a rollover. */
export function signatureHeader(body: string, secrets: readonly string[], at: number): string {
  const signatures = secrets.map((secret) => {
    const digest = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    return `v1=${digest}`;
  });
  return [`t=${at}`, ...signatures].join(',');
}
