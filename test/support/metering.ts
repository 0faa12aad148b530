/** A tenant with customers and meters on a database of its own, for tests of what is measured. */
import { Client } from 'pg';
import { openDatabase, type Database } from '../../db/pool';
import { insertMeter } from '../../db/queries/meters';
import { correctUsage, type UsageCorrection } from '../../db/transactions/usage-correction';
import { ingestUsage } from '../../db/transactions/usage-ingestion';
import type { Taken } from '../../db/transactions/usage-statement';
import { usageOf } from '../../db/transactions/usage-of';
import { newId } from '../../domain/ids';
import { type Meter, type MeterDefinition, parseMeter } from '../../domain/metering/meter';
import { parseUsageEvent, type UsageEvent } from '../../domain/metering/usage-event';
import { fromIso } from '../../domain/time';
import { createTestDatabase, type TestDatabase } from './database';

export interface MeteredTenant {
  readonly tenantId: string;
  readonly customers: readonly string[];
  readonly database: Database;
  readonly testDatabase: TestDatabase;
  readonly admin: Client;
  meter(definition: Partial<MeterDefinition>): Promise<Meter>;
  /** Takes ordinary events in; the first customer's, unless they say otherwise. */
  send(...events: readonly object[]): Promise<readonly Taken[]>;
  /** Amends or voids. */
  correct(event: object): Promise<Taken>;
  /** The usage of the first customer. */
  usage(meter: Meter, from: string, to: string, by?: readonly string[]): ReturnType<typeof usageOf>;
  close(): Promise<void>;
}

/** Opens it. Call `close()` in `afterAll`. */
export async function openMeteredTenant(customerCount = 3): Promise<MeteredTenant> {
  const testDatabase = await createTestDatabase();
  const admin = new Client({ connectionString: testDatabase.adminUrl });
  await admin.connect();
  const database = openDatabase({ url: testDatabase.url, poolSizeMax: 6, onError: () => undefined });
  const tenantId = newId('ten');
  await admin.query(`insert into tenants (id, name, mode, dunning_policy) values ($1, 'A', 'test', '{}')`, [tenantId]);
  const customers = Array.from({ length: customerCount }, () => newId('cus'));
  await admin.query(
    `insert into customers (id, tenant_id, name, occurred_at) select id, $1, 'C', now() from unnest($2::text[]) id`,
    [tenantId, customers],
  );
  const db = database.as(tenantId);
  const eventOf = (event: object): UsageEvent => {
    const parsed = parseUsageEvent(
      { type: 'call', customer_id: customers[0], ...event },
      fromIso('2026-03-10T12:00:00Z'),
    );
    if (Array.isArray(parsed)) throw new Error(JSON.stringify(parsed));
    return parsed as UsageEvent;
  };
  return {
    tenantId,
    customers,
    database,
    testDatabase,
    admin,
    async meter(given) {
      const definition = parseMeter({ event_type: 'call', aggregation: 'count', ...given });
      if (Array.isArray(definition)) throw new Error(JSON.stringify(definition));
      const meter = { id: newId('meter'), definition: definition as MeterDefinition };
      await insertMeter(db, { ...meter, tenantId, code: meter.id, name: 'M' });
      return meter;
    },
    send: (...events) => ingestUsage(db, { tenantId, events: events.map(eventOf) }),
    correct: (event) => correctUsage(database, tenantId, eventOf(event) as UsageCorrection),
    usage: (meter, from, to, by) =>
      usageOf(db, {
        tenantId,
        meter,
        customerId: customers[0] ?? '',
        from: fromIso(from),
        to: fromIso(to),
        ...(by === undefined ? {} : { by }),
      }),
    async close() {
      await admin.end();
      await database.close();
      await testDatabase.drop();
    },
  };
}
