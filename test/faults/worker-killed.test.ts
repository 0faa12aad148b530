/**
 * The worker is killed by SIGKILL at every moment that matters, on the local activity and on the ordinary one. It is started again, and
 * the work is done once: one charge per invoice, books that tie to the provider, the subscription where it should be.
 */
import { moments, type Path } from '../support/faults/kill-order';
import { runLane, type Kill } from '../support/faults/kill-lane';
import { killScenarios } from '../support/faults/kill-scenarios';

/** Two cores: while one lane waits for a lost task, the others play. */
const lanes = 3;
const allMsMax = 420_000;

const paths: Readonly<Record<Path, string>> = { fast: 'on the fast path', ordinary: 'on the ordinary path' };

interface Case {
  readonly name: string;
  readonly kill: Kill;
  readonly outcome: Promise<void>;
}

function caseOf(scenario: Kill['scenario'], path: Path, moment: Kill['moment']): Case {
  let report: Kill['report'] = () => undefined;
  const outcome = new Promise<void>((resolve) => {
    report = resolve;
  });
  // Each is awaited by its own test; one that fails early must not end the process.
  outcome.catch(() => undefined);
  return {
    name: `${scenario.name}, ${paths[path]}, ${moments[moment]}`,
    kill: { scenario, path, moment, report },
    outcome,
  };
}

/** Ordinary ones first: a lost payment activity takes 45 s to be noticed, and the rest is played meanwhile. */
const cases = (['ordinary', 'fast'] as const).flatMap((path) =>
  killScenarios.flatMap((scenario) => scenario.moments.map((moment) => caseOf(scenario, path, moment))),
);

let played: Promise<unknown>;
beforeAll(() => {
  const queue = cases.map(({ kill }) => kill);
  played = Promise.all(Array.from({ length: lanes }, () => runLane(queue)));
  played.catch(() => undefined);
});
afterAll(() => played, allMsMax);

describe('a worker that is killed during', () => {
  // The lane checks the cast after the kill (`soundness.ts`) and rejects the outcome with what it finds.
  test.each(cases.map(({ name, outcome }) => [name, outcome] as const))(
    '%s',
    (_name, outcome) => expect(outcome).resolves.toBeUndefined(),
    allMsMax,
  );
});
