/** Chains at which the worker dies at the ordered moment. Nothing of this is in the engine. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ActivityDependencies, ChainSetting } from '../../../activities/dependencies';

/**
 * `unsigned`: bytes are about to be signed. `signed`: they are, and stand nowhere. `stored`: they stand, and nobody has them. `accepted`: the
 * chain has taken them, and its answer is lost. `looked_up`: all that is done, and they are asked after.
 */
export type ChainMoment = 'unsigned' | 'signed' | 'stored' | 'accepted' | 'looked_up';

const orderFile = (file: string): string => `${file}.chain`;

/** Orders the next worker that comes to the moment to die there. */
export function orderChainDeath(file: string, moment: ChainMoment): void {
  writeFileSync(orderFile(file), moment);
}

const meets = (file: string, moment: ChainMoment): boolean =>
  existsSync(orderFile(file)) && readFileSync(orderFile(file), 'utf8') === moment;

/** Ends the process at once, as a power cut does; the order is carried out once. */
function strike(file: string): Promise<never> {
  rmSync(orderFile(file));
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

function deadly(setting: ChainSetting, file: string): ChainSetting {
  const { chain } = setting;
  return {
    ...setting,
    chain: {
      ...chain,
      async sign(...request) {
        if (meets(file, 'unsigned')) return strike(file);
        const signed = await chain.sign(...request);
        return meets(file, 'signed') ? strike(file) : signed;
      },
      async broadcast(signed) {
        if (meets(file, 'stored')) return strike(file);
        const outcome = await chain.broadcast(signed);
        return meets(file, 'accepted') ? strike(file) : outcome;
      },
      async standingOf(signed) {
        return meets(file, 'looked_up') ? strike(file) : chain.standingOf(signed);
      },
    },
  };
}

/** The chains of a worker, each with all moments built in. */
export const deadlyChains =
  (chainNamed: ActivityDependencies['chainNamed'], file: string): ActivityDependencies['chainNamed'] =>
  async (id) =>
    deadly(await chainNamed(id), file);
