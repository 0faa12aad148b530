/**
 * As worker-killed.test.ts, with everything that an invoice can have: usage in arrears, a coupon that runs out, tax, a wallet that tops
 * itself up, credit notes, and a plan that is migrated. Usage is billed once, a coupon counts once, a wallet is drawn once.
 */
import { testKills } from '../support/faults/kill-table';
import { meteredKillScenarios } from '../support/faults/metered-kill-scenarios';

describe('a worker that is killed during', () => testKills(meteredKillScenarios));
