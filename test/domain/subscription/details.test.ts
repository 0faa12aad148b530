import { decide } from '../../../domain/subscription/decide';
import { describeState } from '../../../domain/subscription/details';
import { labelOf } from '../../../domain/subscription/initial';
import type { SubscriptionState } from '../../../domain/subscription/state';
import { activeState, at, exampleId, invoice, june, owingState, pendingState } from './example';

const plan = exampleId('plan', 1);
const linesOf = (state: SubscriptionState, now = at('2026-06-10')) =>
  describeState(state, decide(state, now)).split('  \n');

describe('what an operator reads about a subscription', () => {
  test('the phase, who and what, what happens next and when, the period, the last invoice', () => {
    const { number, total } = invoice(7);
    expect(linesOf(activeState({ lastInvoice: { number, total } }))).toEqual([
      `**active** · Acme · Pro monthly · 3 × \`${plan}\` v1`,
      'Next: renews, 2026-07-01 00:00 UTC.',
      'Period: 2026-06-01 00:00 UTC to 2026-07-01 00:00 UTC.',
      'Last invoice: INV-000007, 49 USD.',
    ]);
  });

  test('what is owed, how often it was tried and what it waits for', () => {
    const state = owingState({ queue: [exampleId('inv', 2)], waitingFor: 'payment_method', attempts: 2 });
    expect(linesOf(state, june.start)).toEqual([
      `**past_due** · Acme · Pro monthly · 3 × \`${plan}\` v1`,
      'Next: dunning step 1, 2026-06-02 00:00 UTC.',
      'Period: 2026-06-01 00:00 UTC to 2026-07-01 00:00 UTC.',
      `Owes: \`${exampleId('inv', 1)}\` and 1 more, 2 tries, waits for payment method.`,
    ]);
    expect(linesOf(owingState()).at(-1)).toBe(`Owes: \`${exampleId('inv', 1)}\`, 1 try, waits for retry.`);
  });

  test('what is planned, that a person must look, and the test clock it lives on', () => {
    const state = activeState({
      pendingTerms: { planId: exampleId('plan', 2), planVersion: 1, quantity: 5 },
      cancelAt: june.end,
      attention: 'The provider refused the request.',
      clock: { id: exampleId('clock', 1), now: at('2026-06-10') },
    });
    expect(linesOf(state)).toEqual([
      `**active** · Acme · Pro monthly · 3 × \`${plan}\` v1`,
      'Next: cancels, 2026-07-01 00:00 UTC.',
      'Period: 2026-06-01 00:00 UTC to 2026-07-01 00:00 UTC.',
      `Changes at the end of the period to 5 × \`${exampleId('plan', 2)}\`.`,
      'Cancels 2026-07-01 00:00 UTC.',
      '**Needs attention:** The provider refused the request.',
      `Test clock \`${exampleId('clock', 1)}\` at 2026-06-10 00:00 UTC.`,
    ]);
  });

  test('that it works right now, waits for a message, or has ended', () => {
    expect(linesOf(pendingState())[1]).toBe('Works on it now.');
    const pause = { since: june.start, resumeAt: null, mode: 'keep_schedule', cause: 'command' } as const;
    expect(linesOf(activeState({ status: 'paused', pause }))[1]).toBe('Next: paused until resumed.');
    expect(linesOf(activeState({ status: 'canceled' }))[1]).toBe('Ended.');
  });
});

test('a label names customer and plan, and is bounded, since it stands in every list', () => {
  expect(labelOf('Acme', 'Pro monthly')).toBe('Acme · Pro monthly');
  expect(labelOf('x'.repeat(300), 'Pro')).toHaveLength(120);
});
