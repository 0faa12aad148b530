/**
 * What a declined charge means for the next try. The facts are read in the order network advice (Mastercard MAC), advice code, decline
 * code, Visa's response code, code; the first that has an opinion decides. Two rules go before the order:
 * an automatic retry needs that no fact says never (networks charge fees, and a stolen card must not be tried each night), and MAC 03
 * with `confirm_card_data` forbids only the same data: the customer may correct it.
 *
 * Sources: Stripe "Decline codes" and "Advice codes", Mastercard merchant advice codes, Visa decline category 1.
 */

/** `never`: stop this card, ask for another. `customer`: nothing happens until the customer acts. `later`: the next dunning step. */
export type DeclineClass = 'never' | 'customer' | 'later';

export interface DeclineCodes {
  readonly code: string;
  readonly declineCode?: string | null;
  readonly adviceCode?: string | null;
  readonly networkAdviceCode?: string | null;
  readonly networkDeclineCode?: string | null;
  /** The card's network in lower case; Visa's response codes are read only when it says `visa`. */
  readonly network?: string | null;
}

export interface DeclineClassification {
  readonly class: DeclineClass;
  /** The fact that decided, such as `decline_code:stolen_card`. */
  readonly reason: string;
  /** The least time before the next try, milliseconds; only with class `later`. */
  readonly waitMs?: number;
  /** The cardholder revoked the permission for recurring charges: the mandate ends, not only this card's turn. */
  readonly cancelMandate?: true;
}

type Opinion = Omit<DeclineClassification, 'reason'>;
type Table = Readonly<Record<string, Opinion>>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const never: Opinion = { class: 'never' };
const revoked: Opinion = { class: 'never', cancelMandate: true };
const customer: Opinion = { class: 'customer' };
const later: Opinion = { class: 'later' };
const laterAfter = (waitMs: number): Opinion => ({ class: 'later', waitMs });

const each = (opinion: Opinion, codes: string): Table =>
  Object.fromEntries(
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, opinion]),
  );

/**
 * Mastercard merchant advice codes that decide. 01 (the card has new details) and 43 (multi-use virtual card) inform but decide nothing:
 * real lost and stolen cards carry 01 as well.
 */
export const networkAdviceOpinions: Table = {
  '02': laterAfter(72 * hourMs),
  '03': never,
  '04': customer,
  '21': revoked,
  '22': never,
  '24': laterAfter(hourMs),
  '25': laterAfter(dayMs),
  '26': laterAfter(2 * dayMs),
  '27': laterAfter(4 * dayMs),
  '28': laterAfter(6 * dayMs),
  '29': laterAfter(8 * dayMs),
  '30': laterAfter(10 * dayMs),
  '40': never,
  '41': never,
  '42': never,
};

/** Used when nothing else has an opinion: new card details exist, so the customer is asked for them. */
const networkAdviceHints: Table = { '01': customer, '43': later };

export const adviceOpinions: Table = {
  do_not_try_again: never,
  try_again_later: later,
  confirm_card_data: customer,
};

/** Stripe's decline codes. The same names occur as `code`, so one table serves both. */
export const declineCodeOpinions: Table = {
  ...each(
    never,
    `incorrect_number invalid_number lost_card pickup_card stolen_card highest_risk_level transaction_not_allowed
    fraudulent merchant_blacklist invalid_account restricted_card security_violation card_not_supported currency_not_supported
    do_not_try_again previously_declined_do_not_retry`,
  ),
  ...each(revoked, 'revocation_of_authorization revocation_of_all_authorizations stop_payment_order'),
  ...each(
    customer,
    `authentication_required expired_card incorrect_cvc invalid_cvc invalid_expiry_month invalid_expiry_year incorrect_zip
    approve_with_id payment_intent_authentication_failure`,
  ),
  ...each(
    later,
    `insufficient_funds do_not_honor generic_decline try_again_later issuer_not_available processing_error reenter_transaction`,
  ),
  ...each(laterAfter(dayMs), 'card_velocity_exceeded withdrawal_count_limit_exceeded'),
};

/** Visa category 1, "issuer will never approve"; R0 and R1 and R3 end the permission for recurring charges. */
export const visaDeclineOpinions: Table = {
  ...each(never, '04 07 12 14 15 41 43 46 57'),
  ...each(revoked, 'R0 R1 R3'),
};

/** The code of most declines says nothing beyond its decline code. */
const codeHints: Table = { card_declined: later };

interface Finding {
  readonly reason: string;
  readonly opinion: Opinion;
}

function find(table: Table, source: string, code: string | null | undefined): Finding[] {
  const opinion = code != null && Object.hasOwn(table, code) ? table[code] : undefined;
  return opinion === undefined ? [] : [{ reason: `${source}:${code}`, opinion }];
}

/** Every fact that has an opinion, in the order in which they count. */
function findings(codes: DeclineCodes): Finding[] {
  const dataMayBeCorrected = codes.networkAdviceCode === '03' && codes.adviceCode === 'confirm_card_data';
  return [
    ...(dataMayBeCorrected ? [] : find(networkAdviceOpinions, 'network_advice_code', codes.networkAdviceCode)),
    ...find(adviceOpinions, 'advice_code', codes.adviceCode),
    ...find(declineCodeOpinions, 'decline_code', codes.declineCode),
    ...(codes.network === 'visa' ? find(visaDeclineOpinions, 'network_decline_code', codes.networkDeclineCode) : []),
    ...find(declineCodeOpinions, 'code', codes.code),
    ...find(networkAdviceHints, 'network_advice_code', codes.networkAdviceCode),
    ...find(codeHints, 'code', codes.code),
  ];
}

/**
 * Says what to do after a decline. Codes that nobody knows count as `later`: dunning is bounded by its own steps and caps.
 * A wait is the longest that any fact asks for.
 */
export function classifyDecline(codes: DeclineCodes): DeclineClassification {
  const found = findings(codes);
  const first = found[0] ?? { reason: 'unknown', opinion: later };
  const veto = found.find(({ opinion }) => opinion.class === 'never');
  const deciding = first.opinion.class === 'later' && veto !== undefined ? veto : first;
  const cancelMandate = found.some(({ opinion }) => opinion.cancelMandate === true);
  const waitMs = Math.max(0, ...found.map(({ opinion }) => opinion.waitMs ?? 0));
  return {
    class: deciding.opinion.class,
    reason: deciding.reason,
    ...(deciding.opinion.class === 'later' && waitMs > 0 ? { waitMs } : {}),
    ...(cancelMandate ? { cancelMandate: true as const } : {}),
  };
}
