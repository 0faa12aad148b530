/** Payment links with the platform's HMAC. */
import { createHmac } from 'node:crypto';
import { verifyPaymentLink, type PaymentLink, type Seal } from '../domain/payment-link';

/** The seal of a link secret. */
function sealWith(secret: string): Seal {
  return (text) => createHmac('sha256', secret).update(text).digest('base64url');
}

/** The facts of a token, or null when its seal is not ours. Whether it has expired is for the caller, who knows the customer's time. */
export function readPaymentLink(token: string, secret: string): PaymentLink | null {
  const verification = verifyPaymentLink(token, sealWith(secret));
  return verification.kind === 'valid' ? verification.link : null;
}
