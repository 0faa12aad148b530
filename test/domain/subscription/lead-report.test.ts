/** What becomes of a consolidated invoice reaches each subscription on it, once, and leaves when it is settled. */
import fc from 'fast-check';
import type { IssuedInvoice, SubscriptionEvent } from '../../../domain/subscription/events';
import { ledOutcomes, reportTo } from '../../../domain/subscription/lead-report';
import { backlogFull, type SubscriptionState } from '../../../domain/subscription/state';
import { activeState, at, exampleId, invoice, june } from './example';
import { declined, dunningEnded, first, fold, now, second, settled } from './facts';

const lead = exampleId('sub', 1);
const followerId = exampleId('sub', 2);
const july = { index: 1, start: june.end, end: at('2026-08-01') };

const issued = (of: IssuedInvoice): SubscriptionEvent => ({
  type: 'invoice_issued',
  at: june.end,
  reason: 'renewal',
  invoice: of,
  period: july,
  anchor: { at: june.start, day: null },
  terms: activeState().terms,
  incompleteUntil: null,
});

const leading = (): SubscriptionState => fold(activeState(), issued({ ...invoice(1), lead }));
const following = (): SubscriptionState =>
  fold(activeState({ subscriptionId: followerId }), issued({ ...invoice(1, false), lead }));

/** The follower after a fact of the lead, if that concerns it. */
function heard(follower: SubscriptionState, before: SubscriptionState, event: SubscriptionEvent): SubscriptionState {
  const report = reportTo(follower, lead, ledOutcomes(before, event), event.at);
  return report === null ? follower : fold(follower, report);
}

test('the lead collects the invoice and knows that it does so for others; they have nothing to collect', () => {
  expect(leading()).toMatchObject({ leads: [first], collection: { invoiceId: first } });
  expect(following()).toMatchObject({ follows: true, collection: null, status: 'active' });
});

test('an invoice that asks for nothing is led by nobody', () => {
  expect(fold(activeState(), issued({ ...invoice(1, false), lead })).leads).toBeUndefined();
});

test('a decline makes the follower past due once, and a settlement makes it active again', () => {
  const failing = heard(following(), leading(), declined(now));
  expect(failing).toMatchObject({ status: 'past_due', failingElsewhere: [first] });
  const owing = fold(leading(), declined(now));
  expect(reportTo(failing, lead, ledOutcomes(owing, declined(now)), now)).toBeNull();
  const free = heard(failing, owing, settled(now));
  expect(free).toMatchObject({ status: 'active' });
  expect(free).not.toHaveProperty('failingElsewhere');
  expect(fold(owing, settled(now))).not.toHaveProperty('leads');
});

test('an invoice that is paid at the first try tells nobody', () => {
  expect(reportTo(following(), lead, ledOutcomes(leading(), settled(now)), now)).toBeNull();
});

test('facts about invoices of its own are no outcomes for others', () => {
  expect(ledOutcomes(leading(), settled(now, second))).toEqual([]);
  expect(ledOutcomes(activeState(), settled(now))).toEqual([]);
});

test('a follower that owes something of its own stays past due when the shared one is settled, and the other way round', () => {
  const failing = heard(following(), leading(), declined(now));
  const both = fold(
    failing,
    { type: 'items_changed', at: now, change: 'charge_added', itemId: 'item', invoice: invoice(2) },
    declined(now, { invoiceId: second }),
  );
  expect(fold(both, settled(now, second))).toMatchObject({ status: 'past_due', collection: null });
  const own = heard(both, fold(leading(), declined(now)), settled(now));
  expect(own).toMatchObject({ status: 'past_due', collection: { invoiceId: second } });
  expect(fold(own, settled(now, second))).toMatchObject({ status: 'active', collection: null });
});

test.each([
  ['cancel', { status: 'canceled', pause: null }],
  ['pause', { status: 'paused', pause: { cause: 'dunning' }, failingElsewhere: [first] }],
  ['leave_unpaid', { status: 'unpaid', failingElsewhere: [first] }],
] as const)('the end of dunning by %s ends it for the follower, too', (end, expected) => {
  const owing = fold(leading(), declined(now));
  const failing = heard(following(), leading(), declined(now));
  const ended = { ...dunningEnded(end), settled: end === 'cancel' ? [first] : [] } as SubscriptionEvent;
  expect(heard(failing, owing, ended)).toMatchObject(expected);
});

test('a follower that dunning paused goes on when the invoice is paid after all', () => {
  const owing = fold(leading(), declined(now));
  const paused = heard(heard(following(), leading(), declined(now)), owing, dunningEnded('pause'));
  const free = heard(paused, fold(owing, dunningEnded('pause')), settled(now + 5));
  expect(free).toMatchObject({ status: 'paused', pause: { cause: 'dunning', resumeAt: now + 5 } });
});

test('an invoice that is issued anew goes on failing under its new name', () => {
  const owing = fold(leading(), declined(now));
  const failing = heard(following(), leading(), declined(now));
  const anew: SubscriptionEvent = {
    type: 'invoice_reissued',
    at: now,
    invoiceId: first,
    invoice: { ...invoice(2), lead },
  };
  expect(heard(failing, owing, anew)).toMatchObject({ status: 'past_due', failingElsewhere: [second] });
  expect(fold(owing, anew).leads).toEqual([second]);
});

test('a subscription that has ended hears nothing', () => {
  const ended = following();
  const canceled = fold(ended, { type: 'canceled', at: now, invoice: null });
  expect(reportTo(canceled, lead, ledOutcomes(leading(), declined(now)), now)).toBeNull();
});

test('a resume of who is owed for by another is past due, and shared debts count against the bound', () => {
  const failing = heard(following(), leading(), declined(now));
  const paused = fold(failing, { type: 'paused', at: now, resumeAt: null, mode: 'keep_schedule' });
  const resumed = fold(paused, { type: 'resumed', at: now, invoice: null, calendar: null });
  expect(resumed.status).toBe('past_due');
  expect(backlogFull({ ...failing, openInvoicesMax: 1 })).toBe(true);
});

test('whatever the order of declines and settlements, who hears the last settlement owes nothing', () => {
  const outcomes = fc.array(fc.constantFrom(first, second), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(outcomes, (failures) => {
      const report = (invoiceId: string, outcome: 'failing' | 'settled') => [{ invoiceId, outcome }] as const;
      const hear = (state: SubscriptionState, invoiceId: string, outcome: 'failing' | 'settled') => {
        const event = reportTo(state, lead, report(invoiceId, outcome), now);
        return event === null ? state : fold(state, event);
      };
      const failing = failures.reduce((state, id) => hear(state, id, 'failing'), following());
      expect(failing).toMatchObject({ status: 'past_due', failingElsewhere: [...new Set(failures)] });
      const free = [...failures].reverse().reduce((state, id) => hear(state, id, 'settled'), failing);
      expect([free.status, free.failingElsewhere]).toEqual(['active', undefined]);
    }),
  );
});
