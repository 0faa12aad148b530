/** Test clocks: frozen business time. */
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export interface TestClock {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly now: number;
  readonly status: 'ready' | 'advancing';
  readonly target: number | null;
  readonly recordedAt: number;
}

interface TestClockRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  name: string;
  now: Date;
  status: 'ready' | 'advancing';
  target: Date | null;
  recorded_at: Date;
}

const columns = 'id, tenant_id, name, now, status, target, recorded_at';

const fromRow = (row: TestClockRow): TestClock => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  now: row.now.getTime(),
  status: row.status,
  target: instantOrNull(row.target),
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'test_clocks_insert',
  text: `insert into test_clocks (id, tenant_id, name, now) values ($1, $2, $3, $4) on conflict do nothing`,
};
const byId: Statement = {
  name: 'test_clocks_by_id',
  text: `select ${columns} from test_clocks where tenant_id = $1 and id = $2`,
};

/** Writes a clock unless its id is there already. */
export async function insertTestClock(
  db: Queryable,
  clock: { id: string; tenantId: string; name: string; now: number },
): Promise<void> {
  await db.query(insert, [clock.id, clock.tenantId, clock.name, new Date(clock.now)]);
}

/** A clock of a tenant, or null. */
export async function findTestClock(db: Queryable, tenantId: string, id: string): Promise<TestClock | null> {
  return firstOf((await db.query<TestClockRow>(byId, [tenantId, id])).map(fromRow));
}

export const listTestClocks = pageReader<TestClockRow, TestClock>({
  name: 'test_clocks_page',
  select: columns,
  from: 'test_clocks',
  id: 'id',
  tenant: 'tenant_id',
  filters: {},
  fromRow,
});
