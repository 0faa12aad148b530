import fc from 'fast-check';
import {
  type DeclineClass,
  type DeclineCodes,
  adviceOpinions,
  classifyDecline,
  declineCodeOpinions,
  networkAdviceOpinions,
  visaDeclineOpinions,
} from '../../domain/decline';

const hourMs = 3_600_000;
const declined = (codes: Partial<DeclineCodes>): DeclineCodes => ({ code: 'card_declined', ...codes });

/** Written out a second time, by class, from the providers' lists: the tables of the code must agree. */
const declineCodes: Record<DeclineClass, string[]> = {
  never: [
    'incorrect_number',
    'invalid_number',
    'lost_card',
    'pickup_card',
    'stolen_card',
    'revocation_of_authorization',
    'revocation_of_all_authorizations',
    'highest_risk_level',
    'transaction_not_allowed',
    'fraudulent',
    'merchant_blacklist',
    'invalid_account',
    'stop_payment_order',
    'restricted_card',
    'security_violation',
    'card_not_supported',
    'currency_not_supported',
    'do_not_try_again',
    'previously_declined_do_not_retry',
  ],
  customer: [
    'authentication_required',
    'expired_card',
    'incorrect_cvc',
    'invalid_cvc',
    'invalid_expiry_month',
    'invalid_expiry_year',
    'incorrect_zip',
    'approve_with_id',
    'payment_intent_authentication_failure',
  ],
  later: [
    'insufficient_funds',
    'do_not_honor',
    'generic_decline',
    'try_again_later',
    'issuer_not_available',
    'processing_error',
    'reenter_transaction',
    'card_velocity_exceeded',
    'withdrawal_count_limit_exceeded',
  ],
};

describe('decline codes', () => {
  for (const [expected, codes] of Object.entries(declineCodes)) {
    test.each(codes)(`%s means ${expected}, as decline code and as code`, (declineCode) => {
      expect(classifyDecline(declined({ declineCode }))).toMatchObject({
        class: expected,
        reason: `decline_code:${declineCode}`,
      });
      expect(classifyDecline({ code: declineCode })).toMatchObject({ class: expected, reason: `code:${declineCode}` });
    });
  }

  test('are all tested', () => {
    expect(Object.keys(declineCodeOpinions).sort()).toEqual(Object.values(declineCodes).flat().sort());
  });

  test.each(['card_velocity_exceeded', 'withdrawal_count_limit_exceeded'])('%s waits a day at least', (declineCode) => {
    expect(classifyDecline(declined({ declineCode })).waitMs).toBe(24 * hourMs);
  });

  test.each(['revocation_of_authorization', 'revocation_of_all_authorizations', 'stop_payment_order'])(
    '%s ends the mandate',
    (declineCode) => {
      expect(classifyDecline(declined({ declineCode })).cancelMandate).toBe(true);
    },
  );

  test('that nobody knows mean a later try', () => {
    expect(classifyDecline({ code: 'brand_new_code' })).toEqual({ class: 'later', reason: 'unknown' });
    expect(classifyDecline(declined({ declineCode: 'brand_new_code' }))).toEqual({
      class: 'later',
      reason: 'code:card_declined',
    });
    expect(classifyDecline({ code: 'toString', declineCode: 'constructor', adviceCode: '__proto__' }).class).toBe(
      'later',
    );
  });
});

describe('advice codes', () => {
  test.each<[string, DeclineClass]>([
    ['do_not_try_again', 'never'],
    ['try_again_later', 'later'],
    ['confirm_card_data', 'customer'],
  ])('%s means %s', (adviceCode, expected) => {
    expect(classifyDecline(declined({ adviceCode }))).toEqual({ class: expected, reason: `advice_code:${adviceCode}` });
  });

  test('are all tested', () => {
    expect(Object.keys(adviceOpinions)).toHaveLength(3);
  });
});

describe('Mastercard advice', () => {
  const waits: [string, number][] = [
    ['02', 72],
    ['24', 1],
    ['25', 24],
    ['26', 48],
    ['27', 96],
    ['28', 144],
    ['29', 192],
    ['30', 240],
  ];

  test.each(waits)('%s waits %d hours', (networkAdviceCode, hours) => {
    expect(classifyDecline(declined({ networkAdviceCode }))).toEqual({
      class: 'later',
      reason: `network_advice_code:${networkAdviceCode}`,
      waitMs: hours * hourMs,
    });
  });

  test.each(['03', '21', '22', '40', '41', '42'])('%s means never', (networkAdviceCode) => {
    expect(classifyDecline(declined({ networkAdviceCode, adviceCode: 'try_again_later' })).class).toBe('never');
  });

  test('21 ends the mandate, 03 does not', () => {
    expect(classifyDecline(declined({ networkAdviceCode: '21' })).cancelMandate).toBe(true);
    expect(classifyDecline(declined({ networkAdviceCode: '03' }))).not.toHaveProperty('cancelMandate');
  });

  test('04 needs the customer', () => {
    expect(classifyDecline(declined({ networkAdviceCode: '04' })).class).toBe('customer');
  });

  test('01 and 43 only inform: alone they ask for new details and wait, beside any other fact they say nothing', () => {
    expect(classifyDecline(declined({ networkAdviceCode: '01' }))).toEqual({
      class: 'customer',
      reason: 'network_advice_code:01',
    });
    expect(classifyDecline(declined({ networkAdviceCode: '43' })).class).toBe('later');
    expect(classifyDecline(declined({ networkAdviceCode: '01', declineCode: 'insufficient_funds' })).class).toBe(
      'later',
    );
    expect(classifyDecline(declined({ networkAdviceCode: '43', declineCode: 'expired_card' })).class).toBe('customer');
  });

  test('is all tested', () => {
    expect(Object.keys(networkAdviceOpinions).sort()).toEqual(
      [...waits.map(([code]) => code), '03', '04', '21', '22', '40', '41', '42'].sort(),
    );
  });
});

describe("Visa's response codes", () => {
  test.each(['04', '07', '12', '14', '15', '41', '43', '46', '57', 'R0', 'R1', 'R3'])(
    '%s means never',
    (networkDeclineCode) => {
      const codes = declined({ declineCode: 'do_not_honor', networkDeclineCode, network: 'visa' });
      expect(classifyDecline(codes)).toMatchObject({
        class: 'never',
        reason: `network_decline_code:${networkDeclineCode}`,
      });
      expect(classifyDecline(codes).cancelMandate).toBe(networkDeclineCode.startsWith('R') ? true : undefined);
    },
  );

  test('mean something else on another network, and are not read when the network is not known', () => {
    for (const network of ['mastercard', null, undefined]) {
      const codes = {
        ...declined({ declineCode: 'do_not_honor', networkDeclineCode: '57' }),
        ...(network === undefined ? {} : { network }),
      };
      expect(classifyDecline(codes).class).toBe('later');
    }
  });

  test('are all tested', () => {
    expect(Object.keys(visaDeclineOpinions)).toHaveLength(12);
  });
});

describe('the order of the facts', () => {
  test('network advice goes before advice, advice before decline code, decline code before code', () => {
    const reasons = [
      declined({ networkAdviceCode: '04', adviceCode: 'try_again_later', declineCode: 'insufficient_funds' }),
      declined({ adviceCode: 'confirm_card_data', declineCode: 'incorrect_number' }),
      declined({ adviceCode: 'try_again_later', declineCode: 'expired_card' }),
      { code: 'expired_card', declineCode: 'insufficient_funds' },
    ].map((codes) => classifyDecline(codes).reason);
    expect(reasons).toEqual([
      'network_advice_code:04',
      'advice_code:confirm_card_data',
      'advice_code:try_again_later',
      'decline_code:insufficient_funds',
    ]);
  });

  test('no fact that says later outweighs one that says never', () => {
    const stolen = declined({ networkAdviceCode: '24', adviceCode: 'try_again_later', declineCode: 'stolen_card' });
    expect(classifyDecline(stolen)).toEqual({ class: 'never', reason: 'decline_code:stolen_card' });
    const fact = { nil: undefined };
    const codes = fc.record({
      code: fc.constantFrom('card_declined', ...Object.keys(declineCodeOpinions)),
      declineCode: fc.option(fc.constantFrom(...Object.keys(declineCodeOpinions)), fact),
      adviceCode: fc.option(fc.constantFrom(...Object.keys(adviceOpinions)), fact),
      networkAdviceCode: fc.option(fc.constantFrom('01', '43', ...Object.keys(networkAdviceOpinions)), fact),
      networkDeclineCode: fc.option(fc.constantFrom(...Object.keys(visaDeclineOpinions), '51'), fact),
      network: fc.constantFrom('visa', 'mastercard'),
    });
    fc.assert(
      fc.property(codes, (it) => {
        const facts = Object.fromEntries(
          Object.entries(it).filter(([, value]) => value !== undefined),
        ) as unknown as DeclineCodes;
        const answer = classifyDecline(facts);
        const isHard = declineCodes.never.includes(it.declineCode ?? '') || declineCodes.never.includes(it.code);
        if (isHard) expect(answer.class).not.toBe('later');
        if (answer.class !== 'later') expect(answer).not.toHaveProperty('waitMs');
        expect(classifyDecline(facts)).toEqual(answer);
      }),
      { numRuns: 1000 },
    );
  });

  test('a wait is the longest that a fact asks for', () => {
    expect(classifyDecline(declined({ networkAdviceCode: '24', declineCode: 'card_velocity_exceeded' })).waitMs).toBe(
      24 * hourMs,
    );
    expect(classifyDecline(declined({ networkAdviceCode: '02', declineCode: 'card_velocity_exceeded' })).waitMs).toBe(
      72 * hourMs,
    );
  });
});

/** What the real Stripe answers to its test cards. */
describe('recorded answers', () => {
  test.each<[string, DeclineCodes, DeclineClass, string]>([
    [
      'generic',
      declined({ declineCode: 'generic_decline', adviceCode: 'try_again_later', networkDeclineCode: '01' }),
      'later',
      'advice_code:try_again_later',
    ],
    [
      'funds',
      declined({
        declineCode: 'insufficient_funds',
        adviceCode: 'try_again_later',
        networkDeclineCode: '51',
        networkAdviceCode: '02',
      }),
      'later',
      'network_advice_code:02',
    ],
    [
      'lost',
      declined({
        declineCode: 'lost_card',
        adviceCode: 'do_not_try_again',
        networkDeclineCode: '41',
        networkAdviceCode: '01',
      }),
      'never',
      'advice_code:do_not_try_again',
    ],
    [
      'stolen',
      declined({
        declineCode: 'stolen_card',
        adviceCode: 'do_not_try_again',
        networkDeclineCode: '43',
        networkAdviceCode: '01',
      }),
      'never',
      'advice_code:do_not_try_again',
    ],
    [
      'velocity',
      declined({
        declineCode: 'card_velocity_exceeded',
        adviceCode: 'try_again_later',
        networkDeclineCode: '61',
        networkAdviceCode: '02',
      }),
      'later',
      'network_advice_code:02',
    ],
    [
      'expired',
      {
        code: 'expired_card',
        declineCode: 'expired_card',
        adviceCode: 'confirm_card_data',
        networkDeclineCode: '54',
        networkAdviceCode: '03',
      },
      'customer',
      'advice_code:confirm_card_data',
    ],
    [
      'cvc',
      {
        code: 'incorrect_cvc',
        declineCode: 'incorrect_cvc',
        adviceCode: 'confirm_card_data',
        networkDeclineCode: 'N7',
        networkAdviceCode: '03',
      },
      'customer',
      'advice_code:confirm_card_data',
    ],
    [
      'processing',
      {
        code: 'processing_error',
        declineCode: 'processing_error',
        adviceCode: 'try_again_later',
        networkDeclineCode: '06',
      },
      'later',
      'advice_code:try_again_later',
    ],
    [
      'authentication',
      { code: 'authentication_required', declineCode: 'authentication_required' },
      'customer',
      'decline_code:authentication_required',
    ],
    [
      'authentication, older',
      declined({ declineCode: 'authentication_required' }),
      'customer',
      'decline_code:authentication_required',
    ],
  ])('%s', (_name, codes, expected, reason) => {
    expect(classifyDecline({ ...codes, network: 'visa' })).toMatchObject({ class: expected, reason });
  });
});
