/** The seeded tax rates against the package that they come from: what it held for a country at an instant is what the table answers. */
import rates from 'sales-tax/res/sales_tax_rates.json';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';

interface Rate {
  readonly rate: number;
  /** The rate that held until an instant, by that instant. */
  readonly before?: Readonly<Record<string, { readonly rate: number }>>;
}

let testDatabase: TestDatabase;
let admin: Client;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  admin = new Client({ connectionString: testDatabase.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await testDatabase.drop();
});

/** What the package holds at an instant: the earliest change after it tells what held before. */
function heldAt({ rate, before = {} }: Rate, at: string): number {
  const changes = Object.keys(before).sort();
  const next = changes.find((change) => change > at);
  return next === undefined ? rate : (before[next]?.rate ?? Number.NaN);
}

async function seededAt(country: string, day: string): Promise<number> {
  const { rows } = await admin.query<{ percent: string }>(
    `select percent from tax_rates where tenant_id is null and country = $1 and region is null and category = 'standard'
     and valid_from <= $2::date and (valid_to is null or valid_to > $2::date)`,
    [country, day],
  );
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows.length === 0 ? 0 : Number(rows[0]?.percent);
}

test.each(['2019-06-15', '2021-06-15', '2024-03-15', '2024-10-15', '2026-06-15'])(
  'at %s every country has the standard rate of the package',
  async (day) => {
    const known = rates as Readonly<Record<string, Rate>>;
    const found: string[] = [];
    for (const [country, rate] of Object.entries(known)) {
      const expected = Math.round(heldAt(rate, `${day}T12:00:00.000Z`) * 1e6) / 1e4;
      const seeded = await seededAt(country, day);
      if (seeded !== expected) found.push(`${country}: ${seeded} instead of ${expected}`);
    }
    expect(Object.keys(known).length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  },
);
