/**
 * Stripe's test payment methods as data. Source: Stripe, "Test card numbers", "ACH Direct Debit" and "SEPA Direct Debit", section "Test".
 * The decline while a card is attached and what happens when it is charged are two things: `pm_card_chargeCustomerFail` attaches and then declines.
 */
import { declines, type Decline } from './declines';
import type { Outcome } from './outcome';

/** What a card does when it is charged; `off` and `on` differ for cards that want the customer. */
export interface CardBehavior {
  readonly attachDecline?: Decline;
  /** The customer is at the screen. */
  readonly onSession: Outcome;
  /** Nobody is at the screen, and the card was never set up for that. */
  readonly offSession: Outcome;
  /** Nobody is at the screen, and the customer authenticated the card for that beforehand. */
  readonly offSessionSetUp: Outcome;
  /** While it is saved by a setup intent. */
  readonly setup: Outcome;
  readonly dispute?: { readonly reason: string; readonly isInquiry: boolean; readonly count: number };
  readonly refund?: 'pending' | 'fails_later';
  readonly riskLevel: 'normal' | 'elevated' | 'highest';
  readonly hasFraudWarning?: boolean;
  /** The money is available at once instead of after the usual delay. */
  readonly isAvailableAtOnce?: boolean;
}

export interface TestCard extends CardBehavior {
  readonly type: 'card';
  readonly number: string;
  readonly brand: string;
  readonly network: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly country: string;
}

export interface TestBankAccount extends CardBehavior {
  readonly type: 'us_bank_account' | 'sepa_debit';
  readonly number: string;
  readonly routingNumber: string;
  readonly country: string;
}

export type TestMethod = TestCard | TestBankAccount;

const succeed: Outcome = { kind: 'succeed' };
const decline = (reason: Decline): Outcome => ({ kind: 'decline', decline: reason });
const authenticate = (then: Outcome = succeed): Outcome => ({ kind: 'authenticate', then });

const always = (outcome: Outcome): Pick<CardBehavior, 'onSession' | 'offSession' | 'offSessionSetUp'> => ({
  onSession: outcome,
  offSession: outcome,
  offSessionSetUp: outcome,
});

const good: CardBehavior = { ...always(succeed), setup: succeed, riskLevel: 'normal' };

function card(number: string, brand: string, behavior: Partial<CardBehavior> = {}): TestCard {
  const network = brand;
  return { ...good, type: 'card', number, brand, network, funding: 'credit', country: 'US', ...behavior };
}

/** A card that cannot be charged and cannot be attached either. */
const declined = (number: string, reason: Decline): TestCard =>
  card(number, 'visa', { ...always(decline(reason)), setup: decline(reason), attachDecline: reason });

const requiresSetup: Partial<CardBehavior> = {
  onSession: authenticate(),
  offSession: authenticate(),
  offSessionSetUp: succeed,
  setup: authenticate(),
};
const authenticatedThen = (then: Outcome): Partial<CardBehavior> => ({
  ...always(authenticate(then)),
  setup: authenticate(),
});

const cards: Readonly<Record<string, TestCard>> = {
  pm_card_visa: card('4242424242424242', 'visa'),
  pm_card_visa_debit: { ...card('4000056655665556', 'visa'), funding: 'debit' },
  pm_card_mastercard: card('5555555555554444', 'mastercard'),
  pm_card_mastercard_debit: { ...card('5200828282828210', 'mastercard'), funding: 'debit' },
  pm_card_mastercard_prepaid: { ...card('5105105105105100', 'mastercard'), funding: 'prepaid' },
  pm_card_amex: card('378282246310005', 'amex'),
  pm_card_discover: card('6011111111111117', 'discover'),
  pm_card_diners: card('3056930009020004', 'diners'),
  pm_card_jcb: { ...card('3566002020360505', 'jcb'), country: 'JP' },
  pm_card_unionpay: { ...card('6200000000000005', 'unionpay'), country: 'CN' },
  pm_card_bypassPending: card('4000000000000077', 'visa', { isAvailableAtOnce: true }),

  pm_card_chargeDeclined: declined('4000000000000002', declines.generic_decline),
  pm_card_visa_chargeDeclined: declined('4000000000000002', declines.generic_decline),
  pm_card_visa_chargeDeclinedInsufficientFunds: declined('4000000000009995', declines.insufficient_funds),
  pm_card_visa_chargeDeclinedLostCard: declined('4000000000009987', declines.lost_card),
  pm_card_visa_chargeDeclinedStolenCard: declined('4000000000009979', declines.stolen_card),
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: declined('4000000000006975', declines.card_velocity_exceeded),
  pm_card_chargeDeclinedExpiredCard: declined('4000000000000069', declines.expired_card),
  pm_card_chargeDeclinedIncorrectCvc: declined('4000000000000127', declines.incorrect_cvc),
  pm_card_chargeDeclinedProcessingError: declined('4000000000000119', declines.processing_error),
  pm_card_chargeDeclinedFraudulent: {
    ...declined('4100000000000019', declines.fraudulent),
    riskLevel: 'highest',
  },
  pm_card_chargeCustomerFail: card('4000000000000341', 'visa', always(decline(declines.generic_decline))),

  pm_card_authenticationRequired: card('4000002760003184', 'visa', authenticatedThen(succeed)),
  pm_card_authenticationRequiredOnSetup: card('4000002500003155', 'visa', requiresSetup),
  pm_card_authenticationRequiredSetupForOffSession: card('4000003800000446', 'visa', {
    ...requiresSetup,
    offSession: succeed,
  }),
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: card(
    '4000008260003178',
    'visa',
    authenticatedThen(decline(declines.insufficient_funds)),
  ),
  pm_card_threeDSecure2Required: card('4000000000003220', 'visa', authenticatedThen(succeed)),
  pm_card_threeDSecureRequiredChargeDeclined: card(
    '4000008400001629',
    'visa',
    authenticatedThen(decline(declines.generic_decline)),
  ),
  pm_card_threeDSecureOptional: card('4000000000003055', 'visa'),
  pm_card_amex_threeDSecureNotSupported: card('378282246310005', 'amex'),

  pm_card_createDispute: card('4000000000000259', 'visa', {
    dispute: { reason: 'fraudulent', isInquiry: false, count: 1 },
  }),
  pm_card_createDisputeProductNotReceived: card('4000000000002685', 'visa', {
    dispute: { reason: 'product_not_received', isInquiry: false, count: 1 },
  }),
  pm_card_createDisputeInquiry: card('4000000000001976', 'visa', {
    dispute: { reason: 'fraudulent', isInquiry: true, count: 1 },
  }),
  pm_card_createMultipleDisputes: card('4000000404000079', 'visa', {
    dispute: { reason: 'fraudulent', isInquiry: false, count: 2 },
  }),
  pm_card_createIssuerFraudRecord: card('4000000000005423', 'visa', { hasFraudWarning: true }),

  pm_card_pendingRefund: card('4000000000007726', 'visa', { refund: 'pending' }),
  pm_card_refundFail: card('4000000000005126', 'visa', { refund: 'fails_later' }),

  pm_card_radarBlock: card('4100000000000019', 'visa', {
    ...always(decline(declines.fraudulent)),
    riskLevel: 'highest',
  }),
  pm_card_riskLevelHighest: card('4000000000004954', 'visa', {
    ...always(decline(declines.fraudulent)),
    riskLevel: 'highest',
  }),
  pm_card_riskLevelElevated: card('4000000000009235', 'visa', { riskLevel: 'elevated' }),
};

/** A failed debit has no decline code: the bank's reason is the code itself. */
const debitFailure = (code: string, message: string): Outcome =>
  decline({ code, declineCode: 'generic_decline', message });
const settlesAs = (then: Outcome | null): CardBehavior => ({
  ...always({ kind: 'process', then }),
  setup: succeed,
  riskLevel: 'normal',
});

const usBankAccount = (number: string, then: Outcome | null): TestBankAccount => ({
  ...settlesAs(then),
  type: 'us_bank_account',
  number,
  routingNumber: '110000000',
  country: 'US',
});
const sepaDebit = (iban: string, then: Outcome | null): TestBankAccount => ({
  ...settlesAs(then),
  type: 'sepa_debit',
  number: iban,
  routingNumber: iban.slice(4, 9),
  country: iban.slice(0, 2),
});

const insufficientFunds = debitFailure(
  'insufficient_funds',
  "The customer's account has insufficient funds to cover this payment.",
);

const bankAccounts: Readonly<Record<string, TestBankAccount>> = {
  pm_usBankAccount_success: usBankAccount('000123456789', succeed),
  pm_usBankAccount_accountClosed: usBankAccount(
    '000111111113',
    debitFailure('account_closed', "The customer's bank account has been closed."),
  ),
  pm_usBankAccount_noAccount: usBankAccount(
    '000111111116',
    debitFailure('no_account', "The customer's bank account could not be located."),
  ),
  pm_usBankAccount_insufficientFunds: usBankAccount('000222222227', insufficientFunds),
  pm_usBankAccount_debitNotAuthorized: usBankAccount(
    '000333333335',
    debitFailure('debit_not_authorized', 'The customer has notified their bank that this payment was unauthorized.'),
  ),
  pm_usBankAccount_invalidCurrency: usBankAccount(
    '000444444440',
    debitFailure('invalid_currency', 'The bank was unable to process this payment because of its currency.'),
  ),
  pm_usBankAccount_dispute: {
    ...usBankAccount('000555555559', succeed),
    dispute: { reason: 'debit_not_authorized', isInquiry: false, count: 1 },
  },
  pm_usBankAccount_processing: usBankAccount('000000000009', null),
  pm_usBankAccount_riskLevelHighest: {
    ...usBankAccount('000000004954', succeed),
    ...always(decline(declines.fraudulent)),
    riskLevel: 'highest',
  },
  pm_sepaDebit_success_at: sepaDebit('AT321904300235473204', succeed),
  pm_sepaDebit_successDelayed_at: sepaDebit('AT591904300235473203', succeed),
  pm_sepaDebit_failed_at: sepaDebit('AT861904300235473202', insufficientFunds),
  pm_sepaDebit_failedDelayed_at: sepaDebit('AT051904300235473205', insufficientFunds),
};

export const testMethods: Readonly<Record<string, TestMethod>> = { ...cards, ...bankAccounts };

const nameByNumber = new Map(
  Object.entries(testMethods)
    .map(([name, method]): [string, string] => [method.number, name])
    .reverse(),
);

/** The name of the test method with this card or account number; null when there is none. */
export const testMethodByNumber = (number: string): string | null =>
  nameByNumber.get(number.replaceAll(' ', '')) ?? null;

/** The name of the test method of a legacy token such as `tok_visa`; null when there is none. */
export function testMethodByToken(token: string): string | null {
  const name = token.replace(/^tok_/, 'pm_card_');
  return token.startsWith('tok_') && Object.hasOwn(testMethods, name) ? name : null;
}
