import { commandNames, refuseCommand } from '../../../domain/subscription/commands';
import type { SubscriptionStatus } from '../../../domain/subscription/state';
import { canTransition, nextStatus, transitions, type Transition } from '../../../domain/subscription/transitions';
import { activeState, at, collection } from './example';

const statuses: Record<SubscriptionStatus, true> = {
  pending: true,
  incomplete: true,
  trialing: true,
  active: true,
  past_due: true,
  unpaid: true,
  paused: true,
  canceled: true,
  expired: true,
};
const names = Object.keys(statuses) as SubscriptionStatus[];
const everyTransition: Record<Transition, true> = {
  start_trial: true,
  activate: true,
  await_first_payment: true,
  payment_failed: true,
  payment_recovered: true,
  dunning_paused: true,
  dunning_unpaid: true,
  pause: true,
  resume: true,
  cancel: true,
  expire: true,
};

const rowOf = (status: SubscriptionStatus) => Object.entries(transitions[status]);

describe('the table of transitions', () => {
  test('has a row for every status, and leads to statuses only', () => {
    expect(Object.keys(transitions).sort()).toEqual([...names].sort());
    for (const [transition, to] of names.flatMap(rowOf)) {
      expect(everyTransition).toHaveProperty(transition);
      expect(statuses).toHaveProperty(to);
    }
  });

  test.each(['canceled', 'expired'] as const)('has no way out of %s', (status) => {
    expect(rowOf(status).filter(([, to]) => to !== status)).toEqual([]);
  });

  test('reaches every status from pending', () => {
    const reached = new Set<SubscriptionStatus>(['pending']);
    for (const status of reached) for (const [, to] of rowOf(status)) reached.add(to);
    expect([...reached].sort()).toEqual([...names].sort());
  });

  test('lets every living status be canceled, whoever starts it', () => {
    const living = names.filter((status) => status !== 'canceled' && status !== 'expired');
    expect(living.map((status) => nextStatus(status, 'cancel'))).toEqual(living.map(() => 'canceled'));
  });

  test('never takes a subscription back to pending or trialing', () => {
    const back = names.flatMap((status) => rowOf(status).filter(([, to]) => to === 'pending' || to === 'trialing'));
    expect(back).toEqual([['start_trial', 'trialing']]);
  });

  test('makes nobody active who only failed to pay, and nobody past due who paid', () => {
    for (const status of names) {
      const failed = transitions[status].payment_failed;
      const recovered = transitions[status].payment_recovered;
      expect(failed === 'active').toBe(false);
      expect(recovered === 'past_due' || recovered === 'unpaid').toBe(false);
    }
  });

  test('refuses a pair that it lacks, by name', () => {
    expect(canTransition('paused', 'activate')).toBe(false);
    expect(() => nextStatus('paused', 'activate')).toThrow(
      expect.objectContaining({ code: 'subscription_not_in_state', context: { status: 'paused', action: 'activate' } }),
    );
  });
});

/** Commands that move the status, and the move that the table must have wherever the rules let them through. */
const moves: Partial<Record<(typeof commandNames)[number], Transition>> = {
  cancel: 'cancel',
  pause: 'pause',
  resume: 'resume',
};
const payloads: Partial<Record<(typeof commandNames)[number], object>> = {
  changePlan: { planId: 'plan_x' },
  changeQuantity: { quantity: 2 },
  voidInvoice: { invoiceId: collection().invoiceId },
  markUncollectible: { invoiceId: collection().invoiceId },
  reissueInvoice: { invoiceId: collection().invoiceId },
  creditInvoice: { invoiceId: collection().invoiceId, reason: 'outage' },
};

describe('the rules of commands agree with the table', () => {
  const cases = commandNames.flatMap((name) => names.map((status) => [name, status] as const));

  test.each(cases)('%s while %s is refused or possible', (name, status) => {
    const state = activeState({
      status,
      period: status === 'pending' ? null : activeState().period,
      collection: collection(),
    });
    const refused = refuseCommand(state, name, payloads[name] ?? {}, at('2026-06-10'));
    const transition = moves[name];
    if (refused === null && transition !== undefined) expect(canTransition(status, transition)).toBe(true);
    if (refused !== null) expect(refused.kind).toBe('refused');
  });
});
