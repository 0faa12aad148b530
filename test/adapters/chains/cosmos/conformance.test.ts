import { chainConformance } from '../../../conformance/chains/suite';
import { cosmosMachine } from './harness';

chainConformance(cosmosMachine);
