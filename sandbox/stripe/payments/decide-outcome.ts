/** What a charge does now: what a test scripted for it, else what the test card does. */
import type { World } from '../state/world';
import type { PaymentMethod } from '../state/stored';
import type { Outcome } from './outcome';
import { testMethods, type TestMethod } from './test-methods';

/** The entry of the registry that a stored method was made from. */
export function testMethodOf(world: World, method: PaymentMethod): TestMethod {
  const { testMethod } = world.secrets.at(method.id);
  const test = testMethods[testMethod];
  if (test === undefined) throw new Error(`There is no test method ${testMethod}`);
  return test;
}

const fingerprintOf = ({ card, us_bank_account: account, sepa_debit: debit }: PaymentMethod): string | null =>
  card?.fingerprint ?? account?.fingerprint ?? debit?.fingerprint ?? null;

/** The outcome of charging a method. Takes the next scripted outcome off its queue: the narrowest target first, queues before standing orders. */
export function decideCharge(world: World, method: PaymentMethod, isOffSession: boolean): Outcome {
  const test = testMethodOf(world, method);
  const scripted = scriptedOutcome(world, [method.id, method.customer, fingerprintOf(method)]);
  if (scripted !== null) return scripted;
  if (!isOffSession) return test.onSession;
  return world.secrets.at(method.id).isSetUpOffSession ? test.offSessionSetUp : test.offSession;
}

function scriptedOutcome(world: World, targets: readonly (string | null)[]): Outcome | null {
  const scripts = targets.flatMap((target) => (target === null ? [] : (world.scripts.get(target) ?? [])));
  const queued = scripts.find((script) => script.next.length > 0);
  const [outcome, ...later] = queued?.next ?? [];
  if (queued !== undefined && outcome !== undefined) {
    world.scripts.update(queued, { next: later });
    return outcome;
  }
  return scripts.find((script) => script.always !== null)?.always ?? null;
}
