/** One harness per rail of the registry: a rail without one does not compile. */
import type { RailName } from '../../../adapters/rails';
import type { RailHarness } from '../../conformance/rail-case';
import { startStripeHarness } from './stripe/harness';

export const railHarnesses: Readonly<Record<RailName, () => Promise<RailHarness>>> = {
  stripe: startStripeHarness,
};
