/**
 * Random lives: commands, facts from outside and time in any order, over the real `decide` and `apply`, with a stand-in for the
 * activities that makes the facts that they make.
 */
import fc from 'fast-check';
import { defaultDunningPolicy } from '../../../domain/dunning';
import { noticePayment, noticePaymentMethod } from '../../../domain/subscription/apply';
import { commandNames, type CommandName, type CommandPayloads } from '../../../domain/subscription/commands';
import { decide, nextDueAt } from '../../../domain/subscription/decide';
import { describeState } from '../../../domain/subscription/details';
import { finalStatuses, rememberFact, type SubscriptionState } from '../../../domain/subscription/state';
import { addDays, dayMs, toIso } from '../../../domain/time';
import { definition, flat, plan, seats, setup, yearly } from '../invoice/plans';
import { at, exampleId, pendingState } from './example';
import { execute } from './execute';
import { foldChecked, type Watch } from './invariants';
import { perform } from './perform';
import { newWorld, openIds, type Traits, type World } from './world';

const trialOf = (endBehavior: 'charge' | 'pause' | 'cancel') => ({
  days: 14,
  paymentMethodRequired: false,
  endBehavior,
});
const basics = (['charge', 'pause', 'cancel'] as const).map((end) =>
  plan(1, definition([flat(1, '49.00'), setup(9, '10.00')], undefined, { trial: trialOf(end) })),
);
const plain = plan(1, definition([flat(1, '49.00'), setup(9, '10.00')]));
const others = [
  plan(2, definition([flat(2, '20.00'), seats(3, '12.00')])),
  plan(3, definition([flat(4, '490.00')], yearly)),
  plan(4, definition([seats(5, '5.00')], { unit: 'day', count: 3 })),
];

/** So many steps at one instant are lawful: a backlog of periods to catch up, each with its tries. */
const stepsAtOnceMax = 400;

/** Does all that is due, as the workflow's loop does. No state may come up twice at one instant: that would go on for ever. */
function drain(world: World, watch: Watch, interrupt: (world: World) => void): void {
  const seen = new Set<string>();
  for (let count = 0; ; count++) {
    expect(count).toBeLessThan(stepsAtOnceMax);
    const step = decide(world.state, world.now);
    expect(describeState(world.state, step)).toContain(world.state.status);
    if (step.kind === 'end') expect(finalStatuses.has(world.state.status)).toBe(true);
    if (step.kind === 'wait' && step.until !== null) {
      expect(step.until).toBeGreaterThan(world.now);
      expect(nextDueAt(world.state)).toBeLessThanOrEqual(step.until);
    }
    if (step.kind === 'end' || step.kind === 'wait') return;
    const situation = JSON.stringify({ ...world.state, seq: 0, handledFacts: [], now: world.now });
    expect(seen.has(situation)).toBe(false);
    seen.add(situation);
    const event = perform(world, step);
    interrupt(world);
    foldChecked(world, event, watch);
  }
}

/** Goes to an instant through all that falls due on the way; a test clock stops at each. */
function travel(world: World, watch: Watch, target: number, interrupt: (world: World) => void): void {
  for (;;) {
    drain(world, watch, interrupt);
    const step = decide(world.state, world.now);
    const next = step.kind === 'wait' ? step.until : null;
    if (next === null || next > target) break;
    arrive(world, next);
  }
  arrive(world, target);
  drain(world, watch, interrupt);
}

function arrive(world: World, instant: number): void {
  world.now = Math.max(world.now, instant);
  const { clock } = world.state;
  if (clock !== null) world.state = { ...world.state, clock: { ...clock, now: world.now } };
}

/** The provider moves a payment that is under way, and may tell us. */
function providerActs(world: World, told: boolean): void {
  for (const id of openIds(world)) {
    const payment = world.invoices.get(id);
    if (payment === undefined || payment.truth === null || payment.truth === 'succeeded') continue;
    const truth = (['succeeded', 'declined', 'processing'] as const)[world.draw(3)] ?? 'processing';
    payment.truth = truth;
  }
  if (told)
    world.state = noticePayment(rememberFact(world.state, `evt_1PExampleOfTheProvider${world.draw(1000)}`), world.now);
}

function methodChanges(world: World, hasMethod: boolean): void {
  world.hasMethod = hasMethod;
  if (hasMethod) world.state = noticePaymentMethod(world.state, world.now);
}

function payloadOf(world: World, name: CommandName): CommandPayloads[CommandName] {
  const { draw, now, state } = world;
  const open = openIds(world);
  const invoiceId = open[draw(Math.max(1, open.length))] ?? exampleId('inv', 999);
  const start = state.period?.start ?? now;
  const options = {
    atPeriodEnd: draw(3) === 0,
    ...(draw(3) === 0 ? { proration: 'none' } : {}),
    ...(draw(4) === 0 ? { at: toIso(start + Math.floor(((now - start) * draw(100)) / 100)) } : {}),
  };
  const payloads: { readonly [N in CommandName]: () => CommandPayloads[N] } = {
    changePlan: () => ({ planId: exampleId('plan', 1 + draw(4)), quantity: draw(6), ...options }),
    changeQuantity: () => ({ quantity: draw(6), ...options }),
    cancel: () => ({ atPeriodEnd: draw(3) > 0, credit: draw(2) === 0 }),
    uncancel: () => ({}),
    pause: () => ({
      mode: draw(2) === 0 ? 'keep_schedule' : 'shift_schedule',
      ...(draw(2) === 0 ? { resumeAt: toIso(addDays(now, 1 + draw(70))) } : {}),
    }),
    resume: () => ({}),
    updatePaymentMethod: () => ({}),
    retryPayment: () => ({ customerPresent: draw(2) === 0 }),
    voidInvoice: () => ({ invoiceId }),
    markUncollectible: () => ({ invoiceId }),
    reissueInvoice: () => ({ invoiceId }),
    creditInvoice: () => ({ invoiceId, reason: 'outage', ...(draw(2) === 0 ? { rest: 'refund' } : {}) }),
    applyCoupon: () => ({ code: 'SPRING26' }),
    addAddOn: () => ({ priceId: exampleId('price', 1) }),
    removeAddOn: () => ({ addOnId: exampleId('si', 1) }),
    addCharge: () => ({ priceId: exampleId('price', 1), invoice: 'next' }),
    overridePrice: () => ({ priceId: exampleId('price', 1), parameters: {} }),
    removePriceOverride: () => ({ overrideId: exampleId('si', 1) }),
    removeCoupon: () => ({ attachmentId: exampleId('ca', 1) }),
  };
  return payloads[name]();
}

type Happening =
  | { readonly kind: 'command'; readonly name: CommandName }
  | { readonly kind: 'provider'; readonly told: boolean }
  | { readonly kind: 'method'; readonly hasMethod: boolean }
  | { readonly kind: 'time' | 'outage'; readonly ms: number };

function happen(world: World, watch: Watch, happening: Happening, interrupt: (world: World) => void): void {
  if (happening.kind === 'command') {
    const event = execute(world, happening.name, payloadOf(world, happening.name));
    if (event !== null) foldChecked(world, event, watch);
  } else if (happening.kind === 'provider') providerActs(world, happening.told);
  else if (happening.kind === 'method') methodChanges(world, happening.hasMethod);
  else if (happening.kind === 'time') travel(world, watch, world.now + happening.ms, interrupt);
  else arrive(world, world.now + happening.ms);
  drain(world, watch, interrupt);
}

const timePassing = fc.oneof(fc.integer({ min: 1, max: dayMs }), fc.integer({ min: dayMs, max: 100 * dayMs }));
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('command' as const), name: fc.constantFrom(...commandNames) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: timePassing }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outage' as const), ms: timePassing }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('provider' as const), told: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('method' as const), hasMethod: fc.boolean() }) },
);
const anyTraits: fc.Arbitrary<Traits> = fc.record({
  gated: fc.boolean(),
  dunning: fc
    .record({
      end: fc.constantFrom('cancel' as const, 'pause' as const, 'leave_unpaid' as const),
      stepsDays: fc.constantFrom([1, 3, 5, 7], [], [2], [30, 60, 90]),
    })
    .map((change) => ({ ...defaultDunningPolicy, ...change })),
  plans: fc.constantFrom(plain, ...basics).map((first) => [first, ...others]),
});
const anyStart: fc.Arbitrary<SubscriptionState> = fc
  .record({
    anchorDay: fc.option(fc.integer({ min: 1, max: 31 }), { nil: null }),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
    jitterMs: fc.constantFrom(0, 3_600_000),
    openInvoicesMax: fc.constantFrom(1, 2, 12, 100),
    startAt: fc.integer({ min: at('2026-01-01'), max: at('2026-12-31') }),
    frozen: fc.boolean(),
  })
  .map(({ frozen, ...input }) =>
    pendingState({ ...input, clock: frozen ? { id: exampleId('clock', 1), now: input.startAt } : null }),
  );
const life = fc.record({
  start: anyStart,
  traits: anyTraits,
  draws: fc.array(fc.nat(9_999), { minLength: 40, maxLength: 200 }),
  /** Signals come in while an activity runs: at every n-th step (0: never). */
  interruptEvery: fc.integer({ min: 0, max: 7 }),
  story: fc.array(happening, { maxLength: 40, size: 'max' }),
});

/** Drawn numbers, over and over: shrinking them keeps the story the same. */
function drawing(numbers: readonly number[]): World['draw'] {
  let position = 0;
  return (bound) => (numbers[position++ % numbers.length] ?? 0) % bound;
}

test('any life keeps its rules: it makes progress, bills each period once, ends for good, loses no invoice and stays small', () => {
  fc.assert(
    fc.property(life, ({ start, traits, draws, interruptEvery, story }) => {
      const world = newWorld(start, traits, drawing(draws));
      const watch: Watch = { dunningEnded: false };
      let steps = 0;
      const interrupt = (): void => {
        steps += 1;
        if (interruptEvery === 0 || steps % interruptEvery !== 0 || steps > 10 * interruptEvery) return;
        arrive(world, world.now + 1 + world.draw(5000));
        if (world.draw(2) === 0) providerActs(world, true);
        else methodChanges(world, true);
      };
      drain(world, watch, interrupt);
      for (const next of story) happen(world, watch, next, interrupt);
    }),
    { numRuns: 150 },
  );
});
