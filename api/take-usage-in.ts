/** Takes the events of a request in: ordinary ones together, then its corrections in their order, since they may name one another. */
import type { Database } from '../db/pool';
import { correctUsage, type UsageCorrection } from '../db/transactions/usage-correction';
import { ingestUsage } from '../db/transactions/usage-ingestion';
import type { Taken } from '../db/transactions/usage-statement';
import type { UsageEvent } from '../domain/metering/usage-event';

const isCorrection = (event: UsageEvent): event is UsageCorrection => event.corrects !== null;

/** What became of each event, in the order of the events; all of it is durable by then. */
export async function takeUsageIn(
  database: Database,
  tenantId: string,
  events: readonly UsageEvent[],
): Promise<readonly Taken[]> {
  const db = database.as(tenantId);
  if (!events.some(isCorrection)) return ingestUsage(db, { tenantId, events });
  const ordinary = events.filter((event) => !isCorrection(event));
  const taken = [...(await ingestUsage(db, { tenantId, events: ordinary }))];
  const answers: Taken[] = [];
  for (const event of events) {
    const answer = isCorrection(event) ? await correctUsage(database, tenantId, event) : taken.shift();
    if (answer !== undefined) answers.push(answer);
  }
  return answers;
}
