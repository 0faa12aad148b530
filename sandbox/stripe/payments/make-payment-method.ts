/** Makes payment methods out of the test methods: each use of `pm_card_visa` is a fresh one with its own id and the same fingerprint. */
import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { newId } from '../state/new-id';
import type { PaymentMethod } from '../state/stored';
import type { World } from '../state/world';
import { addressOf } from '../resources/address';
import { testMethods, type TestBankAccount, type TestCard, type TestMethod } from './test-methods';

/** Test cards expire some years from now; Stripe fills in the same month. */
const EXPIRY_YEARS_AHEAD = 3;
const FINGERPRINT_LENGTH = 16;

export interface MethodDetails {
  readonly billingDetails?: PaymentMethod['billing_details'];
  readonly metadata?: Record<string, string>;
  readonly expiryMonth?: number;
  readonly expiryYear?: number;
}

/** The same for every payment method with this card or account number, as the provider's own. */
function fingerprintOf(world: World, method: TestMethod): string {
  if (world.hasOwnCards) return newId('fp', FINGERPRINT_LENGTH).slice(-FINGERPRINT_LENGTH);
  return createHash('sha256').update(`fingerprint:${method.number}`).digest('base64url').slice(0, FINGERPRINT_LENGTH);
}

/** Makes a payment method that behaves as this entry of the registry of test methods. */
export function makePaymentMethod(world: World, testMethod: string, details: MethodDetails = {}): PaymentMethod {
  const test = testMethods[testMethod];
  if (test === undefined) throw new Error(`There is no test method ${testMethod}`);
  const method = world.paymentMethods.add({
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: details.billingDetails ?? {
      address: addressOf({}),
      email: null,
      name: test.type === 'card' ? null : 'Jenny Rosen',
      phone: null,
      tax_id: null,
    },
    created: world.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: details.metadata ?? {},
    type: test.type,
    ...detailsByType[test.type](world, test as TestCard & TestBankAccount, details),
  } satisfies Stripe.PaymentMethod);
  world.secrets.add({ id: method.id, testMethod, isSpent: false, isSetUpOffSession: false });
  return method;
}

type MethodMember = Pick<PaymentMethod, TestMethod['type']>;

/** The member of a payment method that has its type's name. */
const detailsByType = {
  card: (world: World, test: TestCard, details: MethodDetails): MethodMember => ({
    card: {
      brand: test.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: null },
      country: test.country,
      display_brand: test.brand,
      exp_month: details.expiryMonth ?? new Date(world.now() * 1_000).getUTCMonth() + 1,
      exp_year: details.expiryYear ?? new Date(world.now() * 1_000).getUTCFullYear() + EXPIRY_YEARS_AHEAD,
      fingerprint: fingerprintOf(world, test),
      funding: test.funding,
      generated_from: null,
      last4: test.number.slice(-4),
      networks: { available: [test.network], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  }),
  us_bank_account: (world: World, test: TestBankAccount): MethodMember => ({
    us_bank_account: {
      account_holder_type: 'individual',
      account_type: 'checking',
      bank_name: 'STRIPE TEST BANK',
      financial_connections_account: null,
      fingerprint: fingerprintOf(world, test),
      last4: test.number.slice(-4),
      networks: { preferred: 'ach', supported: ['ach'] },
      routing_number: test.routingNumber,
      status_details: {},
    },
  }),
  sepa_debit: (world: World, test: TestBankAccount): MethodMember => ({
    sepa_debit: {
      bank_code: test.routingNumber,
      branch_code: '',
      country: test.country,
      fingerprint: fingerprintOf(world, test),
      generated_from: { charge: null, setup_attempt: null },
      last4: test.number.slice(-4),
    },
  }),
} satisfies Record<TestMethod['type'], unknown>;
