import { chainConformance } from '../../conformance/chains/suite';
import { evmMachine } from './evm-machine';

chainConformance(evmMachine);
