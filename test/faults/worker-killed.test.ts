/**
 * The worker is killed by SIGKILL at every moment that matters, on the local activity and on the ordinary one. It is started again, and
 * the work is done once: one charge per invoice, books that tie to the provider, the subscription where it should be.
 */
import { killScenarios } from '../support/faults/kill-scenarios';
import { testKills } from '../support/faults/kill-table';

describe('a worker that is killed during', () => testKills(killScenarios));
