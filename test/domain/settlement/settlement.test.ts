/** The pure core of settlements: verdicts, steps, commands and postings. */
import fc from 'fast-check';
import { registerAsset } from '../../../domain/chain/asset';
import { chooseInputs } from '../../../domain/chain/choose-inputs';
import { addUnits, compareUnits } from '../../../domain/chain/units';
import { describeAccount, assertBalanced } from '../../../domain/ledger';
import { fromMinorUnits, isZero, sum, zero } from '../../../domain/money';
import { applyFact } from '../../../domain/settlement/apply';
import { refuseSettlementCommand } from '../../../domain/settlement/commands';
import { decideSettlement } from '../../../domain/settlement/decide';
import { judgeDeposits, type CountedDeposit } from '../../../domain/settlement/judge';
import { planLegs } from '../../../domain/settlement/plan-legs';
import { acceptPostings, depositPostings, legPostings } from '../../../domain/settlement/postings';
import { finalPhases, initialSettlement, type SettlementTerms } from '../../../domain/settlement/state';
import { canMove, transitions, type Trigger } from '../../../domain/settlement/transitions';

const asset = 'eip155:1/erc20:0x0000000000000000000000000000000000000001';
registerAsset({ id: asset, chain: 'eip155:1', symbol: 'USDX', decimals: 6, baseUnits: null });

const terms: SettlementTerms = {
  chain: 'eip155:1',
  expected: '1000',
  deadline: 10_000,
  policy: { underTolerance: '5', under: 'refund', overTolerance: '3', over: 'refund', late: 'ask', lateForMs: 5_000 },
  needsApproval: false,
  order: 'parallel',
};

const paid = (units: string, seenAt = 5_000, isFinal = true): CountedDeposit => ({ units, seenAt, isFinal });

describe('a payment', () => {
  test.each([
    ['exact', [paid('1000')], 6_000, { kind: 'accept', excess: '0', labels: [] }],
    ['in two parts', [paid('400'), paid('600')], 6_000, { kind: 'accept', excess: '0', labels: [] }],
    ['short within the tolerance', [paid('995')], 6_000, { kind: 'accept', labels: ['under'] }],
    ['short beyond it, before the deadline', [paid('994')], 6_000, { kind: 'wait', short: true }],
    ['short beyond it, at the deadline', [paid('994')], 10_000, { kind: 'give_back', way: 'refund', label: 'under' }],
    [
      'a little too much',
      [paid('1003')],
      6_000,
      { kind: 'accept', excess: '3', excessWay: 'credit', labels: ['over'] },
    ],
    ['too much', [paid('1004')], 6_000, { kind: 'accept', excess: '4', excessWay: 'refund', labels: ['over'] }],
    ['not final yet', [paid('1000', 5_000, false)], 6_000, { kind: 'wait', seen: '1000', received: '0', short: false }],
    ['not final yet at the deadline', [paid('1000', 9_999, false)], 12_000, { kind: 'wait' }],
    ['first seen in time, final after the deadline', [paid('1000', 10_000)], 12_000, { kind: 'accept', labels: [] }],
    ['first seen too late', [paid('1000', 10_001)], 12_000, { kind: 'ask', label: 'late' }],
    ['none', [], 10_000, { kind: 'expire' }],
    ['none before the deadline', [], 9_999, { kind: 'wait', seen: '0', short: false }],
  ] as const)('%s is judged so', (_name, deposits, now, verdict) => {
    expect(judgeDeposits(terms, deposits, now)).toMatchObject(verdict);
  });

  test('is never judged twice as much as came, whatever comes when', () => {
    const deposit = fc.record({
      units: fc.bigInt({ min: 1n, max: 2_000n }).map(String),
      seenAt: fc.integer({ min: 0, max: 20_000 }),
      isFinal: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(deposit, { maxLength: 6 }), fc.integer({ min: 0, max: 30_000 }), (deposits, now) => {
        const final = addUnits(...deposits.filter(({ isFinal }) => isFinal).map(({ units }) => units));
        const verdict = judgeDeposits(terms, deposits, now);
        if ('received' in verdict) expect(verdict.received).toBe(final);
        if (verdict.kind === 'accept') expect(compareUnits(verdict.received, '995')).toBeGreaterThanOrEqual(0);
        if (verdict.kind === 'expire') expect(final).toBe('0');
      }),
    );
  });
});

const legs = [
  { id: 'leg_a', kind: 'treasury' as const },
  { id: 'leg_b', kind: 'partner' as const },
];
const begun = (more: Partial<SettlementTerms> = {}) =>
  initialSettlement({
    tenantId: 'ten_1',
    settlementId: 'stl_1',
    label: 'Fee',
    terms: { ...terms, ...more },
    legs,
  });

const accepted = (more: Partial<SettlementTerms> = {}) => {
  const opened = applyFact(begun(more), { kind: 'opened', address: '0x1' });
  const verdict = { kind: 'accept', received: '1000', excess: '0', excessWay: null, labels: [] } as const;
  return applyFact(opened, { kind: 'reviewed', verdict, addedLegs: [] });
};

describe('a settlement', () => {
  test('opens, waits, is judged when there is news, pays, and closes', () => {
    expect(decideSettlement(begun(), 0, false)).toEqual({ kind: 'open' });
    const opened = applyFact(begun(), { kind: 'opened', address: '0x1' });
    expect(decideSettlement(opened, 0, false)).toMatchObject({ kind: 'wait', until: 10_000 });
    expect(decideSettlement(opened, 0, true)).toEqual({ kind: 'review' });
    expect(decideSettlement(opened, 10_000, false)).toEqual({ kind: 'review' });
    const paying = accepted();
    expect(decideSettlement(paying, 0, false)).toEqual({ kind: 'pay', legIds: ['leg_a', 'leg_b'] });
    const standing = (status: 'sending' | 'paid') => legs.map(({ id }) => ({ id, status, reason: null }));
    const sending = applyFact(paying, { kind: 'legs', legs: standing('sending') });
    expect(decideSettlement(sending, 0, false)).toMatchObject({ kind: 'wait', until: null });
    expect(decideSettlement(sending, 0, true)).toMatchObject({ kind: 'pay' });
    const done = applyFact(sending, { kind: 'legs', legs: standing('paid') });
    expect(decideSettlement(done, 0, false)).toEqual({ kind: 'close' });
    const closed = applyFact(done, { kind: 'closed' });
    expect([closed.phase, closed.seq, decideSettlement(closed, 0, true)]).toEqual(['settled', 5, { kind: 'end' }]);
  });

  test('pays in sequence one after the other', () => {
    const paying = accepted({ order: 'sequence' });
    expect(decideSettlement(paying, 0, false)).toEqual({ kind: 'pay', legIds: ['leg_a'] });
    const first = applyFact(paying, { kind: 'legs', legs: [{ id: 'leg_a', status: 'paid', reason: null }] });
    expect(decideSettlement(first, 0, false)).toEqual({ kind: 'pay', legIds: ['leg_b'] });
  });

  test('that needs an approval pays nothing before it', () => {
    const held = accepted({ needsApproval: true });
    expect(held.attention?.kind).toBe('approval');
    expect(decideSettlement(held, 0, true)).toMatchObject({ kind: 'wait', until: null });
    const command = { name: 'approve', legId: null } as const;
    expect(refuseSettlementCommand(held, command)).toBeNull();
    const approved = applyFact(held, { kind: 'commanded', command, then: null });
    expect(decideSettlement(approved, 0, false)).toMatchObject({ kind: 'pay' });
    expect(refuseSettlementCommand(approved, command)?.code).toBe('settlement_command_refused');
  });

  test('of which a payout is under way is neither refunded nor abandoned', () => {
    const sending = applyFact(accepted(), { kind: 'legs', legs: [{ id: 'leg_a', status: 'sending', reason: null }] });
    for (const name of ['refund', 'abandon'] as const)
      expect(refuseSettlementCommand(sending, { name, legId: null })?.code).toBe('settlement_command_refused');
  });

  test('that is over is not moved by anything, and no phase is without a way there', () => {
    for (const phase of finalPhases) expect(transitions[phase]).toEqual({});
    for (const [phase, row] of Object.entries(transitions)) {
      if (finalPhases.has(phase as never)) continue;
      expect(Object.keys(row)).toContain('abandon' satisfies Trigger);
    }
    expect(canMove('settled', 'refund')).toBe(false);
  });
});

const amount = fc.bigInt({ min: 0n, max: 10n ** 15n }).map((units) => fromMinorUnits(units, asset));
const book = { currency: 'USD', rate: '0.9137' };

describe('the books of a settlement', () => {
  test('sum to zero in units and in value, and name known accounts', () => {
    fc.assert(
      fc.property(amount, amount, amount, amount, (income, share, credited, refunded) => {
        const received = sum([income, share, credited, refunded], asset);
        const payment = {
          stream: 'bridge',
          received,
          refunded,
          credited,
          shares: [{ party: 'creator', amount: share }],
        };
        const leg = { kind: 'partner', party: 'creator', amount: share, source: share } as const;
        const sets = [depositPostings(received, book), acceptPostings(payment, book), legPostings(leg, book)];
        for (const set of sets) {
          expect(() => assertBalanced(set)).not.toThrow();
          for (const posting of set) {
            expect(describeAccount(posting.account)).not.toBeNull();
            expect(isZero(posting.amount)).toBe(false);
          }
        }
        const owed = sets
          .flat()
          .filter(({ account, amount: of }) => account === 'partner_payable:creator' && of.currency === asset);
        expect(
          sum(
            owed.map((posting) => posting.amount),
            asset,
          ),
        ).toEqual(zero(asset));
      }),
    );
  });

  test('a payout in another asset gains or loses what the two rates differ by', () => {
    const source = fromMinorUnits(1_000_000n, asset);
    const leg = { kind: 'partner', party: 'creator', amount: fromMinorUnits(96n, 'EUR'), source } as const;
    const set = legPostings(leg, { currency: 'USD', rate: '1' }, '1.10');
    expect(() => assertBalanced(set)).not.toThrow();
    expect(set).toContainEqual({ account: 'fx_gain_loss', amount: { amount: '0.06', currency: 'USD' } });
  });
});

describe('payouts by percentages', () => {
  test('conserve the amount, and leave what is not named', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 100 }), (collected, percent) => {
        const wanted = [percent, 100 - percent].map((one) => ({ percent: String(one), amount: null, source: null }));
        const planned = planLegs(collected, wanted);
        if (!('legs' in planned)) throw new Error('refused');
        expect(
          sum(
            planned.legs.map((leg) => leg.amount),
            asset,
          ),
        ).toEqual(collected);
      }),
    );
  });

  test('above a hundred, and amounts above what is collected, are refused', () => {
    const collected = fromMinorUnits(100n, asset);
    const by = (percent: string) => ({ percent, amount: null, source: null });
    expect(planLegs(collected, [by('60'), by('41')])).toHaveProperty('errors');
    expect(planLegs(collected, [{ percent: null, amount: fromMinorUnits(101n, asset), source: null }])).toHaveProperty(
      'errors',
    );
  });
});

test('inputs cover what is needed, none twice and none that is reserved, or there are none', () => {
  const input = fc.record({ id: fc.uuid(), amount: fc.bigInt({ min: 1n, max: 100n }).map(String) });
  fc.assert(
    fc.property(
      fc.uniqueArray(input, { selector: ({ id }) => id }),
      fc.bigInt({ min: 1n, max: 500n }),
      (inputs, needed) => {
        const reserved = new Set(inputs.slice(0, 2).map(({ id }) => id));
        const chosen = chooseInputs(inputs, reserved, needed.toString());
        const free = inputs.filter(({ id }) => !reserved.has(id));
        const total = (ids: readonly string[]) =>
          addUnits(...free.filter(({ id }) => ids.includes(id)).map((one) => one.amount));
        if (chosen === null) expect(BigInt(total(free.map(({ id }) => id)))).toBeLessThan(needed);
        else {
          expect(BigInt(total(chosen))).toBeGreaterThanOrEqual(needed);
          expect(new Set(chosen).size).toBe(chosen.length);
        }
      },
    ),
  );
});
