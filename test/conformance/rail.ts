/**
 * What every rail must do, whatever provider stands behind it. Run over each entry of the registry; differences between rails are declared in
 * `RailCapabilities`, and the suite checks that the declaration is honest.
 */
import { describeCapabilities } from './rail-capabilities';
import type { RailHarness } from './rail-case';
import { describeDisputes } from './rail-disputes';
import { describeMethods } from './rail-methods';
import { describeOutages } from './rail-outages';
import { describePayments } from './rail-payments';
import { describeRefunds } from './rail-refunds';
import { describeWebhooks } from './rail-webhooks';

/** Runs the whole suite over one rail. `makeHarness` starts the provider's double once; tests share it and never each other's objects. */
export function railConformance(name: string, makeHarness: () => Promise<RailHarness>): void {
  describe(`rail ${name}`, () => {
    let started: RailHarness | null = null;
    const harness = (): RailHarness => {
      if (started === null) throw new Error('The harness is not started.');
      return started;
    };
    beforeAll(async () => {
      started = await makeHarness();
    });
    afterEach(() => harness().heal());
    afterAll(() => started?.close());
    describeMethods(harness);
    describePayments(harness);
    describeOutages(harness);
    describeRefunds(harness);
    describeDisputes(harness);
    describeWebhooks(harness);
    describeCapabilities(harness);
  });
}
