import type { Queryable, Statement } from '../pool';

const statement: Statement = {
  name: 'find_credit',
  text: `
select i.id from invoice_lines l
join invoice_lines c on c.credits_line_id = l.id and c.amount <> 0
join invoices i on i.id = c.invoice_id and i.status <> 'void'
where l.tenant_id = $1 and l.invoice_id = $2 limit 1`,
};

/** An invoice that credits what another one charges; null when none does. */
export async function findCredit(db: Queryable, tenantId: string, invoiceId: string): Promise<string | null> {
  const [row] = await db.query<{ id: string }>(statement, [tenantId, invoiceId]);
  return row?.id ?? null;
}
