/** The workflows that the worker bundles. */
import { setWorkflowOptions } from '@temporalio/workflow';
import { dispute } from './dispute';
import { migratePlan } from './plan-migration';
import { refund } from './refund';
import { subscription } from './subscription';
import { testClock } from './test-clock';
import { topUp } from './top-up';

// A subscription outlives many deployments: it moves to the newest code at once, and `patched()` guards what changes inside a run.
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, subscription);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, testClock);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, refund);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, dispute);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, topUp);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, migratePlan);

export { dispute, migratePlan, refund, subscription, testClock, topUp };
