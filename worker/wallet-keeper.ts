/** Lets wallets do in real time what they do by themselves: credits expire, automatic top-ups begin. Test clocks see to it themselves. */
import type { ActivityDependencies } from '../activities/dependencies';
import { keepWallets } from '../activities/keep-wallets';
import { allTenants } from '../db/pool';
import { every, type Repeated } from './every';

/** Starts the rounds. It never ends by an error: the next round sees the same. @param everyMs an idle round is two index look-ups */
export function startWalletKeeper(deps: ActivityDependencies, everyMs: number): Repeated {
  return every(
    everyMs,
    () => keepWallets(deps, deps.database.as(allTenants), Date.now()),
    deps.log,
    'the keeper of wallets rests',
  );
}
