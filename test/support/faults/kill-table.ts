/** A table of kills as tests: every scenario at its moments on its paths, each awaited by a test of its own. */
import type { KillScenario } from './kill-scenarios';
import { moments, type Path } from './kill-order';
import { runLane, type Kill } from './kill-lane';

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

/**
 * Plays all kills and has one test for each. Ordinary ones first: a lost payment activity takes 45 s to be noticed, and the rest is played
 * meanwhile. The lane checks the cast after the kill (`soundness.ts`) and rejects the outcome with what it finds.
 */
export function testKills(scenarios: readonly KillScenario[]): void {
  const cases = (['ordinary', 'fast'] as const).flatMap((path) =>
    scenarios
      .filter(({ paths: only }) => only === undefined || only.includes(path))
      .flatMap((scenario) => scenario.moments.map((moment) => caseOf(scenario, path, moment))),
  );
  let played: Promise<unknown>;
  beforeAll(() => {
    const queue = cases.map(({ kill }) => kill);
    played = Promise.all(Array.from({ length: lanes }, () => runLane(queue)));
    played.catch(() => undefined);
  });
  afterAll(() => played, allMsMax);
  test.each(cases.map(({ name, outcome }) => [name, outcome] as const))(
    '%s',
    (_name, outcome) => expect(outcome).resolves.toBeUndefined(),
    allMsMax,
  );
}
