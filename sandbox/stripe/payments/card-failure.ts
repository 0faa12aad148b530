/** A decline as the `error` of an answer, and as `last_payment_error`. */
import type { FailureBody } from '../http/failure';
import type { Decline } from './declines';

/** The members that a decline gives the error. */
export function cardFailureBody(decline: Decline): FailureBody {
  return {
    type: 'card_error',
    code: decline.code,
    decline_code: decline.declineCode,
    message: decline.message,
    ...(decline.adviceCode === undefined ? {} : { advice_code: decline.adviceCode }),
    ...(decline.networkAdviceCode === undefined ? {} : { network_advice_code: decline.networkAdviceCode }),
    ...(decline.networkDeclineCode === undefined ? {} : { network_decline_code: decline.networkDeclineCode }),
    ...(decline.param === undefined ? {} : { param: decline.param }),
  };
}

/** Where Stripe explains a code. */
export const docUrl = (code: string): string => `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
