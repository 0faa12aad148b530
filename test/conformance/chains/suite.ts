/**
 * What every chain must do, whatever stands behind it. Run over each machine; differences between chains are declared in
 * `ChainCapabilities`, and the suite checks that the declaration is honest.
 */
import { describeAddresses } from './addresses';
import { describeCapabilities } from './capabilities';
import { describeDeposits } from './deposits';
import type { ChainHarness, ChainMachine } from './harness';
import { describeNetwork } from './network';
import { describePayouts } from './payouts';
import { describeReorgs } from './reorgs';
import { describeStuck } from './stuck';

/** Runs the whole suite over one machine. */
export function chainConformance(machine: ChainMachine): void {
  describe(`chain ${machine.name}`, () => {
    let started: ChainHarness | null = null;
    const harness = (): ChainHarness => {
      if (started === null) throw new Error('The machine is not started.');
      return started;
    };
    beforeAll(async () => {
      started = await machine.start();
    });
    afterAll(() => started?.stop());
    describeAddresses(harness);
    describeCapabilities(machine, harness);
    describeDeposits(machine, harness);
    describeReorgs(machine, harness);
    describePayouts(machine, harness);
    describeStuck(machine, harness);
    describeNetwork(machine, harness);
  });
}
