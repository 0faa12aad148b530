import { chainConformance } from '../../../conformance/chains/suite';
import { tonMachine } from './harness';

chainConformance(tonMachine);
