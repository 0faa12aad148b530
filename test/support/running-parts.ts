/**
 * What the global setup leaves for the global teardown, which jest runs in the same process.
 */
import type { Postgres } from '../../dev/stack/postgres';
import type { TemporalServer } from '../../dev/stack/temporal';

export interface RunningParts {
  /** Temporary; removed with the run. */
  readonly folder: string;
  readonly postgres: Postgres;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly server: TemporalServer | null };
  readonly workflowBundle: string | null;
}

declare global {
  // A global declared for `globalThis` must be a `var`.
  var perennialParts: RunningParts | undefined;
}
