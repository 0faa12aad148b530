/** Payment links with the platform's HMAC. */
import { createHmac } from 'node:crypto';
import { verifyPaymentLink, type LinkVerification, type Seal } from '../domain/payment-link';

/** The seal of a link secret. */
export function sealWith(secret: string): Seal {
  return (text) => createHmac('sha256', secret).update(text).digest('base64url');
}

/** Reads a token that came with a request. */
export function readPaymentLink(token: string, secret: string): LinkVerification {
  return verifyPaymentLink(token, sealWith(secret));
}
