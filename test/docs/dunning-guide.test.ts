/** The guide to dunning states the policy that is in force. */
import { defaultDunningPolicy, parseDunningPolicy } from '../../domain/dunning';
import { readDocument } from './shell-blocks';

const rows = [...readDocument('docs/operating/dunning.md').matchAll(/^\| `([\w.]+)` \| `([^`]+)` \| (.+) \|$/gm)];
const documented = Object.fromEntries(rows.map(([, name = '', value = '']) => [name, value]));

test('the defaults are the code’s', () => {
  const { stepsDays, end, capPerCard, minHoursBetweenAttempts, openInvoicesMax } = defaultDunningPolicy;
  expect(documented).toEqual({
    steps_days: `[${stepsDays.join(', ')}]`,
    end,
    'cap_per_card.attempts': String(capPerCard.attempts),
    'cap_per_card.window_days': String(capPerCard.windowDays),
    min_hours_between_attempts: String(minHoursBetweenAttempts),
    open_invoices_max: String(openInvoicesMax),
  });
});

test.each([
  ['cap_per_card.attempts', (value: number) => ({ capPerCard: { attempts: value } })],
  ['cap_per_card.window_days', (value: number) => ({ capPerCard: { windowDays: value } })],
  ['min_hours_between_attempts', (value: number) => ({ minHoursBetweenAttempts: value })],
  ['open_invoices_max', (value: number) => ({ openInvoicesMax: value })],
])('the bounds of %s are the code’s', (name, policyOf) => {
  const bounds = rows.find((row) => row[1] === name)?.[3]?.match(/^(\d+) to (\d+)/);
  const [least, most] = [Number(bounds?.[1]), Number(bounds?.[2])];
  const isAllowed = (value: number): boolean => !Array.isArray(parseDunningPolicy(policyOf(value)));
  expect([least - 1, least, most, most + 1].map(isAllowed)).toEqual([false, true, true, false]);
});
