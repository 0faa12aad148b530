import { chainConformance } from '../../../conformance/chains/suite';
import { solanaMachine } from './harness';

chainConformance(solanaMachine);
