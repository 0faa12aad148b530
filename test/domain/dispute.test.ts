import fc from 'fast-check';
import {
  amountWithdrawn,
  disputeNews,
  isDisputeOver,
  type DisputeFacts,
  type DisputeMovement,
  type KnownDispute,
} from '../../domain/dispute';
import { disputePostings, type Posting } from '../../domain/ledger';
import { add, fromMinorUnits, money, zero } from '../../domain/money';

const usd = (amount: string) => money(amount, 'USD');
const taken: DisputeMovement = { ref: 'txn_1', gross: usd('-49.00'), fee: usd('15.00') };
const back: DisputeMovement = { ref: 'txn_2', gross: usd('49.00'), fee: usd('0.00') };
const facts = (more: Partial<DisputeFacts> = {}): DisputeFacts => ({
  kind: 'chargeback',
  status: 'needs_response',
  reason: 'fraudulent',
  amount: usd('49.00'),
  evidenceDueAt: 1,
  movements: [taken],
  ...more,
});
const recorded = ({ kind, status, evidenceDueAt, movements }: DisputeFacts): KnownDispute => ({
  kind,
  status,
  evidenceDueAt,
  movementRefs: movements.map(({ ref }) => ref),
});
const types = (known: KnownDispute | null, now: DisputeFacts) => disputeNews(known, now).events.map(({ type }) => type);

test.each([
  ['opens', null, facts(), ['payment.disputed', 'dispute.funds_withdrawn']],
  ['opens as an inquiry', null, facts({ kind: 'inquiry', movements: [] }), ['payment.disputed']],
  [
    'is lost when it arrives',
    null,
    facts({ status: 'lost' }),
    ['payment.disputed', 'dispute.funds_withdrawn', 'dispute.lost'],
  ],
  [
    'is first heard of when it is won and over',
    null,
    facts({ status: 'won', movements: [taken, back] }),
    ['payment.disputed', 'dispute.funds_withdrawn', 'dispute.funds_reinstated', 'dispute.won'],
  ],
  ['is won before the money is back', recorded(facts()), facts({ status: 'won' }), ['dispute.won']],
  [
    'gives the money back after it was won',
    recorded(facts({ status: 'won' })),
    facts({ status: 'won', movements: [taken, back] }),
    ['dispute.funds_reinstated'],
  ],
  [
    'grows from an inquiry',
    recorded(facts({ kind: 'inquiry', movements: [] })),
    facts(),
    ['dispute.funds_withdrawn', 'dispute.needs_response'],
  ],
  ['is told again', recorded(facts()), facts(), []],
] as const)('a dispute that %s tells just that', (_what, known, now, expected) => {
  expect(types(known, now)).toEqual(expected);
});

test('nothing is written when nothing is new, and a moved deadline is new', () => {
  expect(disputeNews(recorded(facts()), facts()).changed).toBe(false);
  expect(disputeNews(recorded(facts()), facts({ evidenceDueAt: 2 })).changed).toBe(true);
});

test('it is over when it is lost or prevented, or won with the money back or never taken', () => {
  const over = [
    facts({ status: 'lost' }),
    facts({ status: 'prevented', movements: [] }),
    facts({ status: 'won', movements: [] }),
    facts({ status: 'won', movements: [taken, back] }),
  ];
  const open = [facts(), facts({ status: 'under_review' }), facts({ status: 'won' })];
  expect([...over, ...open].map(isDisputeOver)).toEqual([...over.map(() => true), ...open.map(() => false)]);
});

const movements = fc
  .array(fc.record({ gross: fc.bigInt({ min: -9_999n, max: 9_999n }), fee: fc.bigInt({ min: 0n, max: 2_000n }) }), {
    maxLength: 6,
  })
  .map((list) =>
    list.map(({ gross, fee }, index) => ({
      ref: `txn_${index}`,
      gross: fromMinorUnits(gross, 'USD'),
      fee: fromMinorUnits(fee, 'USD'),
    })),
  );

const onAccount = (postings: readonly Posting[], account: string) =>
  postings.filter((posting) => posting.account === account).reduce((total, { amount }) => add(total, amount), usd('0'));

test('in however many readings the movements are seen, the account of disputes is what was withdrawn, and every entry sums to zero', () => {
  fc.assert(
    fc.property(movements, fc.array(fc.nat(6)), (list, readings) => {
      let known: KnownDispute | null = null;
      const postings: Posting[] = [];
      for (const seen of [...readings, list.length]) {
        const heard: number = known?.movementRefs.length ?? 0;
        const now = facts({ movements: list.slice(0, Math.max(heard, seen)) });
        for (const { gross, fee } of disputeNews(known, now).movements) {
          const entry = disputePostings('stripe', gross, fee);
          expect(entry.reduce((total, { amount }) => add(total, amount), zero('USD'))).toEqual(zero('USD'));
          postings.push(...entry);
        }
        known = recorded(now);
      }
      expect(onAccount(postings, 'disputes')).toEqual(amountWithdrawn(facts({ movements: list })));
    }),
  );
});
