/**
 * Declines as the real Stripe answered them to its own test cards (recorded August 2026, status 402), and a way to make any other one.
 * A member that Stripe leaves out is absent here too.
 */
export interface Decline {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
  readonly adviceCode?: string;
  readonly networkDeclineCode?: string;
  readonly networkAdviceCode?: string;
  readonly param?: string;
  /** Radar refused it: the bank was never asked. */
  readonly isBlocked?: boolean;
}

const DECLINED = 'Your card was declined.';

export const declines = {
  generic_decline: {
    code: 'card_declined',
    declineCode: 'generic_decline',
    message: DECLINED,
    adviceCode: 'try_again_later',
    networkDeclineCode: '01',
  },
  insufficient_funds: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
    adviceCode: 'try_again_later',
    networkDeclineCode: '51',
    networkAdviceCode: '02',
  },
  lost_card: {
    code: 'card_declined',
    declineCode: 'lost_card',
    message: DECLINED,
    adviceCode: 'do_not_try_again',
    networkDeclineCode: '41',
    networkAdviceCode: '01',
  },
  stolen_card: {
    code: 'card_declined',
    declineCode: 'stolen_card',
    message: DECLINED,
    adviceCode: 'do_not_try_again',
    networkDeclineCode: '43',
    networkAdviceCode: '01',
  },
  card_velocity_exceeded: {
    code: 'card_declined',
    declineCode: 'card_velocity_exceeded',
    message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    adviceCode: 'try_again_later',
    networkDeclineCode: '61',
    networkAdviceCode: '02',
  },
  expired_card: {
    code: 'expired_card',
    declineCode: 'expired_card',
    message: 'Your card has expired.',
    adviceCode: 'confirm_card_data',
    networkDeclineCode: '54',
    networkAdviceCode: '03',
    param: 'exp_month',
  },
  incorrect_cvc: {
    code: 'incorrect_cvc',
    declineCode: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
    adviceCode: 'confirm_card_data',
    networkDeclineCode: 'N7',
    networkAdviceCode: '03',
    param: 'cvc',
  },
  processing_error: {
    code: 'processing_error',
    declineCode: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
    adviceCode: 'try_again_later',
    networkDeclineCode: '06',
  },
  incorrect_number: {
    code: 'incorrect_number',
    declineCode: 'incorrect_number',
    message: 'Your card number is incorrect.',
    param: 'number',
  },
  authentication_required: {
    code: 'authentication_required',
    declineCode: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  },
  fraudulent: { code: 'card_declined', declineCode: 'fraudulent', message: DECLINED, isBlocked: true },
} as const satisfies Record<string, Decline>;

/** A decline that only its code is known of, such as `do_not_honor`, as a bank would give it. */
export function declineOf(declineCode: string): Decline {
  const recorded = Object.entries(declines).find(([name]) => name === declineCode)?.[1];
  return recorded ?? { code: 'card_declined', declineCode, message: DECLINED };
}
