/** The test cards decline as the real Stripe's did when they were recorded (August 2026). */
import Stripe from 'stripe';
import { customerWith, errorOf, openIntent, startCase, type SandboxCase } from './sandbox-case';

let sandbox: SandboxCase;
beforeAll(async () => {
  sandbox = await startCase();
});
afterAll(() => sandbox.close());

/** card, code, decline_code, advice_code, network_decline_code, network_advice_code, param, last4 */
const recorded = [
  [
    'pm_card_visa_chargeDeclined',
    'card_declined',
    'generic_decline',
    'try_again_later',
    '01',
    undefined,
    undefined,
    '0002',
  ],
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline', 'try_again_later', '01', undefined, undefined, '0002'],
  [
    'pm_card_visa_chargeDeclinedInsufficientFunds',
    'card_declined',
    'insufficient_funds',
    'try_again_later',
    '51',
    '02',
    undefined,
    '9995',
  ],
  [
    'pm_card_visa_chargeDeclinedLostCard',
    'card_declined',
    'lost_card',
    'do_not_try_again',
    '41',
    '01',
    undefined,
    '9987',
  ],
  [
    'pm_card_visa_chargeDeclinedStolenCard',
    'card_declined',
    'stolen_card',
    'do_not_try_again',
    '43',
    '01',
    undefined,
    '9979',
  ],
  [
    'pm_card_visa_chargeDeclinedVelocityLimitExceeded',
    'card_declined',
    'card_velocity_exceeded',
    'try_again_later',
    '61',
    '02',
    undefined,
    '6975',
  ],
  [
    'pm_card_chargeDeclinedExpiredCard',
    'expired_card',
    'expired_card',
    'confirm_card_data',
    '54',
    '03',
    'exp_month',
    '0069',
  ],
  [
    'pm_card_chargeDeclinedIncorrectCvc',
    'incorrect_cvc',
    'incorrect_cvc',
    'confirm_card_data',
    'N7',
    '03',
    'cvc',
    '0127',
  ],
  [
    'pm_card_chargeDeclinedProcessingError',
    'processing_error',
    'processing_error',
    'try_again_later',
    '06',
    undefined,
    undefined,
    '0119',
  ],
] as const;

/** The messages of Stripe, "Decline codes". */
const messages: Readonly<Record<string, string>> = {
  generic_decline: 'Your card was declined.',
  insufficient_funds: 'Your card has insufficient funds.',
  lost_card: 'Your card was declined.',
  stolen_card: 'Your card was declined.',
  card_velocity_exceeded:
    'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
  authentication_required: 'Your card was declined. This transaction requires authentication.',
};

async function declineOnConfirm(card: string): Promise<Stripe.errors.StripeError> {
  const { stripe } = sandbox;
  const intent = await stripe.paymentIntents.create({ amount: 4900, currency: 'usd', payment_method: card });
  return errorOf(stripe.paymentIntents.confirm(intent.id));
}

describe.each(recorded)(
  '%s',
  (card, code, declineCode, adviceCode, networkDeclineCode, networkAdviceCode, param, last4) => {
    const facts = {
      code,
      decline_code: declineCode,
      advice_code: adviceCode,
      network_decline_code: networkDeclineCode,
      network_advice_code: networkAdviceCode,
      param,
      message: messages[declineCode],
    };

    it('declines with 402 and the recorded codes, a code that was absent staying absent', async () => {
      const error = await declineOnConfirm(card);
      expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
      expect(error.statusCode).toBe(402);
      expect(error).toMatchObject(Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)));
      const raw = error.raw as Record<string, unknown>;
      const absent = Object.entries(facts).filter(([, value]) => value === undefined);
      expect(absent.filter(([name]) => name in raw)).toEqual([]);
    });

    it('sends the payment back to want another method, with the decline, the card and the failed charge', async () => {
      const { payment_intent: intent, charge } = await declineOnConfirm(card);
      expect(intent).toMatchObject({
        status: 'requires_payment_method',
        payment_method: null,
        latest_charge: charge,
        last_payment_error: { code, decline_code: declineCode, charge, payment_method: { card: { last4 } } },
      });
    });

    it('tells the charge what the bank said', async () => {
      const { charge } = await declineOnConfirm(card);
      expect(await sandbox.stripe.charges.retrieve(charge ?? '')).toMatchObject({
        status: 'failed',
        paid: false,
        failure_code: code,
        balance_transaction: null,
        outcome: {
          type: 'issuer_declined',
          network_status: 'declined_by_network',
          reason: declineCode,
          advice_code: adviceCode,
          network_decline_code: networkDeclineCode,
          network_advice_code: networkAdviceCode ?? null,
        },
      });
    });

    it('is declined already when it is attached', async () => {
      const error = await errorOf(customerWith(sandbox.stripe, card));
      expect([error.statusCode, error.code, error.decline_code]).toEqual([402, code, declineCode]);
    });
  },
);

test('a decline tells its two events, the charge first', async () => {
  const { payment_intent: intent, charge } = await declineOnConfirm('pm_card_chargeDeclined');
  const { data } = await sandbox.stripe.events.list({ limit: 2 });
  const told = data.map((event) => [event.type, (event.data.object as { id: string }).id]);
  expect(told).toEqual([
    ['payment_intent.payment_failed', intent?.id],
    ['charge.failed', charge],
  ]);
});

test('the card for dunning attaches and then declines', async () => {
  const intent = await openIntent(sandbox.stripe, 'pm_card_chargeCustomerFail');
  const error = await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id, { off_session: true }));
  expect([error.statusCode, error.decline_code]).toEqual([402, 'generic_decline']);
});

test.each(['pm_card_radarBlock', 'pm_card_riskLevelHighest'])(
  '%s is blocked and never reaches the bank',
  async (card) => {
    const { charge } = await declineOnConfirm(card);
    expect((await sandbox.stripe.charges.retrieve(charge ?? '')).outcome).toMatchObject({
      type: 'blocked',
      network_status: 'not_sent_to_network',
      risk_level: 'highest',
    });
  },
);

test('a number that is no test card is refused', async () => {
  const card = { number: '4999999999999999', exp_month: 1, exp_year: 2040, cvc: '123' };
  const error = await errorOf(sandbox.stripe.paymentMethods.create({ type: 'card', card }));
  expect([error.statusCode, error.code]).toEqual([402, 'incorrect_number']);
});

describe('a scripted decline', () => {
  it('has the codes that the test gives, and no others', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_mastercard');
    const declined = { decline_code: 'do_not_honor', advice_code: 'do_not_try_again', network_advice_code: '03' };
    await sandbox.control.script({ target: String(intent.payment_method), next: [{ kind: 'decline', ...declined }] });
    const error = await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id));
    expect(error).toMatchObject({ code: 'card_declined', ...declined });
    expect(error.network_decline_code).toBeUndefined();
  });

  it('can leave out a code that was recorded', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    const decline = { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null } as const;
    await sandbox.control.script({ target: String(intent.payment_method), next: [decline] });
    const error = await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id));
    expect([error.network_decline_code, error.network_advice_code]).toEqual(['51', undefined]);
  });

  it('is used up once, while a standing outcome stays, and the queue goes first', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    const method = String(intent.payment_method);
    await sandbox.control.script({
      target: method,
      next: [{ kind: 'decline', decline_code: 'lost_card' }],
      always: { kind: 'decline', decline_code: 'insufficient_funds' },
    });
    const confirm = (): Promise<unknown> =>
      sandbox.stripe.paymentIntents.confirm(intent.id, { payment_method: method });
    const codes = [await errorOf(confirm()), await errorOf(confirm()), await errorOf(confirm())];
    expect(codes.map((error) => error.decline_code)).toEqual(['lost_card', 'insufficient_funds', 'insufficient_funds']);
    await sandbox.control.script({ target: method, always: null });
    expect(await confirm()).toMatchObject({ status: 'succeeded' });
  });

  it.each(['customer', 'fingerprint'] as const)('can be ordered for a %s', async (kind) => {
    const owner = await customerWith(sandbox.stripe, 'pm_card_unionpay');
    const { card } = await sandbox.stripe.paymentMethods.retrieve(owner.method);
    const target = kind === 'customer' ? owner.customer : String(card?.fingerprint);
    await sandbox.control.script({ target, next: [{ kind: 'decline', decline_code: 'try_again_later' }] });
    const order = { amount: 4900, currency: 'usd', customer: owner.customer, payment_method: owner.method };
    const error = await errorOf(sandbox.stripe.paymentIntents.create({ ...order, confirm: true, off_session: true }));
    expect(error.decline_code).toBe('try_again_later');
  });
});
