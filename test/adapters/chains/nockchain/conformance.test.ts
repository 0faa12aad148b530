import { chainConformance } from '../../../conformance/chains/suite';
import { nockchainMachine } from './harness';

chainConformance(nockchainMachine);
