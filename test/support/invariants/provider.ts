/** What the provider really charged against what the invoices say. */
import { fromMinorUnits } from '../../../domain/money';
import type { ChargeFacts } from '../../../sandbox/stripe/control/client';
import type { Scene } from '../scenario';

const statement = {
  name: 'test_invoices',
  text: `select id, status, currency, amount_due::text as amount_due from invoices where tenant_id = $1`,
};

function brokenInvoice(row: Record<string, unknown>, charges: readonly ChargeFacts[]): string[] {
  const { id, status, currency, amount_due: due } = row as Record<string, string>;
  const expected = status === 'paid' && !/^[0.]+$/.test(due ?? '') ? [due] : [];
  const charged = charges.map((charge) => fromMinorUnits(BigInt(charge.amount), String(currency)).amount);
  const same = JSON.stringify(charged) === JSON.stringify(expected);
  return same
    ? []
    : [`a paid invoice was charged once, any other never: ${id} is ${status}, charged ${charged.join(' and ')}`];
}

/** Invoices that were charged twice, wrongly, or though they are not paid. */
export async function brokenCharges({ engine, tenantId, control }: Scene): Promise<string[]> {
  const [rows, charges] = await Promise.all([
    engine.database.as(tenantId).query(statement, [tenantId]),
    control.charges(),
  ]);
  return rows.flatMap((row) => brokenInvoice(row, charges[String(row['id'])] ?? []));
}
