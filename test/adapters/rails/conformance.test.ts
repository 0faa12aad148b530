import { railConformance } from '../../conformance/rail';
import { railHarnesses } from './harnesses';

for (const [name, makeHarness] of Object.entries(railHarnesses)) railConformance(name, makeHarness);
