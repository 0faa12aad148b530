/**
 * Stops what the global setup started.
 */
import { removeTemporaryFolder } from '../../dev/stack/watchdog';
import './running-parts';

export default async function globalTeardown(): Promise<void> {
  const parts = globalThis.perennialParts;
  if (!parts) return;
  await Promise.all([parts.postgres.stop(), parts.temporal.server?.stop()]);
  removeTemporaryFolder(parts.folder);
}
