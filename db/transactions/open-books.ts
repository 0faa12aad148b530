import type { Month } from '../../domain/recognition/month';
import type { Queryable, Statement } from '../pool';

const statement: Statement = {
  name: 'revenue_open_books',
  text: `
select t.id from tenants t
where exists (select from subscriptions s where s.tenant_id = t.id and s.test_clock_id is null)
  and not exists (select from revenue_closes c where c.tenant_id = t.id and c.test_clock_id is null and c.month >= $1)
order by t.id`,
};

/** The tenants with subscriptions in real time for which a month is still open. */
export async function loadOpenBooks(db: Queryable, month: Month): Promise<string[]> {
  const rows = await db.query<{ id: string }>(statement, [`${month}-01`]);
  return rows.map(({ id }) => id);
}
