/** The workflows that the worker bundles. */
import { setWorkflowOptions } from '@temporalio/workflow';
import { dispute } from './dispute';
import { migratePlan } from './plan-migration';
import { refund } from './refund';
import { settlement } from './settlement';
import { subscription } from './subscription';
import { testClock } from './test-clock';
import { topUp } from './top-up';
import { watchChain } from './watcher';

// A subscription outlives many deployments: it moves to the newest code at once, and `patched()` guards what changes inside a run.
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, subscription);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, testClock);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, refund);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, dispute);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, topUp);
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, migratePlan);
// It begins anew every few minutes of work, and must not end with the build that began it.
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, watchChain);
// Bounded to days: it ends with the code that it began with.
setWorkflowOptions({ versioningBehavior: 'PINNED' }, settlement);

export { dispute, migratePlan, refund, settlement, subscription, testClock, topUp, watchChain };
