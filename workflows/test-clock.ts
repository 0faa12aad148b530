/** Moves a test clock through every due instant of its customers' subscriptions, in order. */
import { continueAsNew, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { TestClockInput } from './contract';
import { clockActivities } from './proxies';

export async function testClock(input: TestClockInput): Promise<{ now: number }> {
  for (;;) {
    const { now, settled } = await clockActivities.advanceTestClock(input);
    setCurrentDetails(`Clock \`${input.clockId}\`: ${settled ? 'arrived' : 'on its way'}.`);
    if (settled) return { now };
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof testClock>(input);
  }
}
