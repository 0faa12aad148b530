/** The worker is killed by SIGKILL while two sellers finalize invoices at the same instant: neither series has a gap or a number twice. */
import { runLane, type Kill } from '../support/faults/kill-lane';
import { arrived, beginAdvance, firstRenewal } from '../support/faults/cast';
import type { KillScenario } from '../support/faults/kill-scenarios';
import { firstNumbers, makeSecondEntity, numbersOf, subscribeBoth } from '../support/two-entities';

const each = 3;

const finalization: KillScenario = {
  name: 'the invoices of two sellers',
  activity: 'issueInvoice',
  moments: ['executed'],
  async prepare({ api, clockId, starterId: planId }) {
    const entityId = await makeSecondEntity(api);
    await subscribeBoth(api, { clockId, planId, entityId, each });
    return '';
  },
  async work(cast) {
    beginAdvance(cast, firstRenewal);
    await arrived(cast, firstRenewal);
  },
  async expect({ api }) {
    const expected = { INV: firstNumbers('INV', 2 * each), DE: firstNumbers('DE', 2 * each) };
    expect(await numbersOf(api)).toEqual(expected);
  },
};

test('a worker that dies after the numbers are taken, before it hears of it, leaves no gap and takes none twice', async () => {
  let outcome: Promise<void> = Promise.reject(new Error('The worker was never killed.'));
  outcome.catch(() => undefined);
  const kill: Kill = {
    scenario: finalization,
    path: 'fast',
    moment: 'executed',
    report: (told) => {
      outcome = told;
    },
  };
  await runLane([kill]);
  await outcome;
}, 300_000);
