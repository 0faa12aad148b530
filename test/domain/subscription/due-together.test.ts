/** Who shares an invoice, and who collects it: the same answer whoever asks. */
import fc from 'fast-check';
import { consolidatedMax, dueTogether } from '../../../domain/subscription/due-together';
import type { SubscriptionState } from '../../../domain/subscription/state';
import { activeState, exampleId, june, owingState } from './example';

const at = june.end;
const numbered = (n: number, more: Partial<SubscriptionState> = {}): SubscriptionState =>
  activeState({ subscriptionId: exampleId('sub', n), ...more });
const idsOf = (states: readonly SubscriptionState[]): string[] => states.map(({ subscriptionId }) => subscriptionId);
const ids = (...numbers: number[]): string[] => numbers.map((n) => exampleId('sub', n));

test('those that renew at the instant share it, the oldest first, whoever asks', () => {
  const found = [numbered(3), numbered(1), numbered(2)];
  for (const own of found) expect(idsOf(dueTogether(own, found, at))).toEqual(ids(1, 2, 3));
});

test('one that renews at another instant, ends, or owes a step that comes first stays apart', () => {
  const own = numbered(1);
  const later = numbered(2, { period: { ...june, end: at + 1 } });
  const ending = numbered(3, { cancelAt: at });
  const paused = numbered(4, {
    status: 'paused',
    pause: { since: at, resumeAt: null, mode: 'keep_schedule', cause: 'command' },
  });
  const owing = { ...owingState({ nextAt: at - 1 }), subscriptionId: exampleId('sub', 5) };
  expect(idsOf(dueTogether(own, [own, later, ending, paused, owing], at))).toEqual(ids(1));
});

test('usage that is billed at the same instant does not keep its subscription apart', () => {
  const stretch = { from: june.start - 2, to: june.start, dueAt: at, terms: activeState().terms, period: june };
  const waiting = numbered(2, { unbilledUsage: [{ ...stretch, anchor: { at: june.start, day: null } }] });
  expect(idsOf(dueTogether(numbered(1), [waiting], at))).toEqual(ids(1, 2));
});

test('a past-due one whose next step of dunning is later is billed with the others', () => {
  const owing = { ...owingState({ nextAt: at + 1 }), subscriptionId: exampleId('sub', 2) };
  expect(idsOf(dueTogether(numbered(1), [owing], at))).toEqual(ids(1, 2));
});

test('one that needs a person does not collect while another can', () => {
  const found = [numbered(1, { attention: 'a bug' }), numbered(2)];
  for (const own of found) expect(idsOf(dueTogether(own, found, at))).toEqual(ids(2, 1));
});

test('however many there are, each is on one invoice with at most a hundred, and all of one invoice agree on it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 * consolidatedMax }), (count) => {
      const found = Array.from({ length: count }, (_, index) => numbered(index + 1));
      const groups = new Set(found.map((own) => idsOf(dueTogether(own, found, at)).join()));
      const members = [...groups].flatMap((group) => group.split(','));
      expect(groups.size).toBe(Math.ceil(count / consolidatedMax));
      expect(new Set(members).size).toBe(members.length);
      expect(members).toHaveLength(count);
    }),
    { numRuns: 10 },
  );
});
