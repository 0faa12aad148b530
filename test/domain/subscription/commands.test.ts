import fc from 'fast-check';
import {
  commandNames,
  commandRules,
  payloadFaults,
  quantityMax,
  refuseCommand,
  type CommandName,
} from '../../../domain/subscription/commands';
import { openInvoicesMaxOfOld, type SubscriptionState } from '../../../domain/subscription/state';
import { toIso } from '../../../domain/time';
import { activeState, at, collection, exampleId, june, owingState, pendingState } from './example';

const now = at('2026-06-10');
const faults = (name: CommandName, payload: unknown) => payloadFaults(name, payload).map(({ path }) => path);
const codeOf = (state: SubscriptionState, name: CommandName, payload: unknown = {}) =>
  refuseCommand(state, name, payload, now)?.code ?? null;
const manyIds = Array.from({ length: openInvoicesMaxOfOld - 1 }, (_, index) => exampleId('inv', index + 2));

describe('a payload', () => {
  test.each([
    ['changePlan', { planId: 'plan_1' }],
    ['changePlan', { planId: 'plan_1', planVersion: 2, quantity: 0, atPeriodEnd: true, proration: 'day' }],
    ['changePlan', { planId: 'plan_1', at: '2026-06-09T10:00:00Z' }],
    ['changeQuantity', { quantity: quantityMax, proration: 'none', at: '2026-06-09T10:00:00.123Z' }],
    ['cancel', { atPeriodEnd: false, credit: true, reason: 'too dear' }],
    ['pause', { resumeAt: '2026-09-01T00:00:00Z', mode: 'shift_schedule' }],
    ['updatePaymentMethod', {}],
    ['retryPayment', { invoiceId: 'inv_1', customerPresent: true }],
    ['voidInvoice', { invoiceId: 'inv_1' }],
  ] as const)('of %s is sound: %j', (name, payload) => {
    expect(payloadFaults(name, payload)).toEqual([]);
  });

  test.each([
    ['changePlan', {}, ['planId']],
    ['changePlan', { planId: '' }, ['planId']],
    ['changePlan', { planId: 'p'.repeat(501) }, ['planId']],
    ['changePlan', { planId: 7, planVersion: 0, quantity: 1.5 }, ['planId', 'planVersion', 'quantity']],
    ['changePlan', { planId: 'p', atPeriodEnd: 'true', proration: 'hours' }, ['atPeriodEnd', 'proration']],
    ['changeQuantity', { quantity: -1 }, ['quantity']],
    ['changeQuantity', { quantity: quantityMax + 1 }, ['quantity']],
    ['changeQuantity', { quantity: '3' }, ['quantity']],
    ['changeQuantity', { quantity: Number.NaN }, ['quantity']],
    ['changeQuantity', { quantity: null }, ['quantity']],
    ['cancel', { at_period_end: true }, ['at_period_end']],
    ['pause', { mode: 'freeze' }, ['mode']],
    ['retryPayment', { customerPresent: 1 }, ['customerPresent']],
    ['markUncollectible', {}, ['invoiceId']],
    ['creditInvoice', { invoiceId: 'inv', lines: [{ amount: '1' }], rest: 'cash' }, ['lines', 'rest', 'reason']],
  ] as const)('of %s names its faults: %j', (name, payload, paths) => {
    expect(faults(name, payload)).toEqual(paths);
  });

  test.each(['2026-02-30T00:00:00Z', '2026-06-09T24:00:00Z', '2026-06-09', '2026-06-09T00:00:00+02:00', 'soon', 12])(
    'with the instant %s, which does not exist or is not in UTC, is refused',
    (resumeAt) => {
      expect(faults('pause', { resumeAt })).toEqual(['resumeAt']);
    },
  );

  test.each(commandNames)('of %s with null for a field is refused: null is not the same as absent', (name) => {
    for (const field of Object.keys(commandRules[name].fields))
      expect(faults(name, { [field]: null })).toContain(field);
  });

  test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'with the unknown field %s is refused',
    (key) => {
      expect(faults('uncancel', JSON.parse(`{"${key}": 1}`))).toEqual([key]);
    },
  );

  test.each(commandNames)('of %s that is no object is refused', (name) => {
    for (const garbage of [null, undefined, 0, '', 'cancel', true, [], [{}]])
      expect(faults(name, garbage)).toEqual(['']);
  });

  test('of any shape is checked without an exception, and unknown names never pass', () => {
    fc.assert(
      fc.property(fc.constantFrom(...commandNames), fc.anything({ withNullPrototype: true }), (name, payload) => {
        const found = payloadFaults(name, payload);
        const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
        const strange = isObject
          ? Object.keys(payload).filter((key) => !Object.hasOwn(commandRules[name].fields, key))
          : [''];
        expect(found.map(({ path }) => path)).toEqual(expect.arrayContaining(strange));
      }),
    );
  });

  test('that is garbage is refused as validation_failed in every status, also when it came as a signal', () => {
    fc.assert(
      fc.property(fc.constantFrom(...commandNames), fc.jsonValue(), (name, payload) => {
        fc.pre(payloadFaults(name, payload).length > 0);
        const refused = refuseCommand(activeState(), name, payload, now);
        expect(refused).toMatchObject({ kind: 'refused', code: 'validation_failed' });
        expect(refused?.fields?.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a change', () => {
  const change = (instant: number) => ({ quantity: 5, at: toIso(instant) });

  test('for a previewed instant holds from the start of the period up to now', () => {
    expect(codeOf(activeState(), 'changeQuantity', change(june.start))).toBeNull();
    expect(codeOf(activeState(), 'changeQuantity', change(now))).toBeNull();
    expect(codeOf(activeState(), 'changeQuantity', change(june.start - 1))).toBe('validation_failed');
    expect(codeOf(activeState(), 'changeQuantity', change(now + 1))).toBe('validation_failed');
  });

  test.each(['pending', 'incomplete', 'paused', 'unpaid'] as const)('is refused while %s', (status) => {
    expect(codeOf(activeState({ status }), 'changePlan', { planId: 'p' })).toBe('subscription_not_in_state');
  });

  test('now is refused behind a full backlog of open invoices; one at the end of the period is not', () => {
    const state = owingState({ queue: manyIds });
    expect(codeOf(state, 'changeQuantity', { quantity: 5 })).toBe('subscription_not_in_state');
    expect(codeOf(state, 'changeQuantity', { quantity: 5, atPeriodEnd: true })).toBeNull();
    expect(codeOf(owingState({ queue: manyIds.slice(1) }), 'changeQuantity', { quantity: 5 })).toBeNull();
  });
});

describe('a cancellation', () => {
  test('of a subscription that has ended is refused as already canceled', () => {
    expect(codeOf(activeState({ status: 'canceled' }), 'cancel')).toBe('already_canceled');
    expect(codeOf(activeState({ status: 'expired' }), 'cancel')).toBe('already_canceled');
  });

  test('at the end of the period needs a period, and is planned once; at once it may follow a planned one', () => {
    const planned = activeState({ cancelAt: june.end });
    expect(codeOf(pendingState(), 'cancel', { atPeriodEnd: true })).toBe('subscription_not_in_state');
    expect(codeOf(activeState(), 'cancel', { atPeriodEnd: true })).toBeNull();
    expect(codeOf(planned, 'cancel', { atPeriodEnd: true })).toBe('already_canceled');
    expect(codeOf(planned, 'cancel')).toBeNull();
  });

  test('can be taken back only while it is planned', () => {
    expect(codeOf(activeState(), 'uncancel')).toBe('cancel_not_scheduled');
    expect(codeOf(activeState({ cancelAt: june.end }), 'uncancel')).toBeNull();
  });
});

describe('a pause', () => {
  const paused = activeState({
    status: 'paused',
    pause: { since: now, resumeAt: null, mode: 'keep_schedule', cause: 'command' },
  });

  test('ends in the future or by a resume', () => {
    expect(codeOf(activeState(), 'pause', { resumeAt: toIso(now) })).toBe('validation_failed');
    expect(codeOf(activeState(), 'pause', { resumeAt: toIso(now + 1) })).toBeNull();
    expect(codeOf(paused, 'pause')).toBe('already_paused');
    expect(codeOf(activeState(), 'resume')).toBe('not_paused');
    expect(codeOf(paused, 'resume')).toBeNull();
  });

  test('is not ended behind a full backlog of open invoices: each resume may bill', () => {
    expect(codeOf({ ...paused, collection: collection({ queue: manyIds }) }, 'resume')).toBe(
      'subscription_not_in_state',
    );
  });
});

describe('a command about money owed', () => {
  const names = ['retryPayment', 'voidInvoice', 'markUncollectible'] as const;

  test.each(names)('%s needs the invoice to be open', (name) => {
    expect(codeOf(activeState(), name, { invoiceId: collection().invoiceId })).toBe('invoice_not_open');
    expect(codeOf(owingState(), name, { invoiceId: exampleId('inv', 99) })).toBe('invoice_not_open');
    expect(codeOf(owingState(), name, { invoiceId: collection().invoiceId })).toBeNull();
    const queued = owingState({ queue: [exampleId('inv', 2)] });
    expect(codeOf(queued, name, { invoiceId: exampleId('inv', 2) })).toBeNull();
  });

  test.each(names)('%s waits while the provider works on the payment', (name) => {
    const state = owingState({ waitingFor: 'provider' });
    expect(codeOf(state, name, { invoiceId: collection().invoiceId })).toBe('payment_in_progress');
  });

  test('also holds after the end of the subscription', () => {
    expect(codeOf(owingState({}, { status: 'canceled' }), 'retryPayment')).toBeNull();
  });
});

test('a subscription that ended takes no command about its future', () => {
  const ended = activeState({ status: 'canceled' });
  for (const name of ['changePlan', 'changeQuantity', 'uncancel', 'pause', 'resume'] as const) {
    const payload = { changePlan: { planId: 'p' }, changeQuantity: { quantity: 1 } }[name as 'changePlan'] ?? {};
    expect(codeOf(ended, name, payload)).toBe('subscription_ended');
  }
});
