/** Every try of a payment with its outcome. */
import type { Queryable, Statement } from '../pool';

export type AttemptOutcome = 'succeeded' | 'declined' | 'requires_action' | 'processing';

export interface PaymentAttempt {
  readonly paymentId: string;
  readonly number: number;
  readonly paymentMethodId: string | null;
  readonly outcome: AttemptOutcome;
  readonly decline: unknown;
  readonly chargeRef: string | null;
  readonly customerPresent: boolean;
  readonly occurredAt: number;
}

interface PaymentAttemptRow {
  [column: string]: unknown;
  payment_id: string;
  number: number;
  payment_method_id: string | null;
  outcome: AttemptOutcome;
  decline: unknown;
  charge_ref: string | null;
  customer_present: boolean;
  occurred_at: Date;
}

const fromRow = (row: PaymentAttemptRow): PaymentAttempt => ({
  paymentId: row.payment_id,
  number: row.number,
  paymentMethodId: row.payment_method_id,
  outcome: row.outcome,
  decline: row.decline,
  chargeRef: row.charge_ref,
  customerPresent: row.customer_present,
  occurredAt: row.occurred_at.getTime(),
});

const ofPayments: Statement = {
  name: 'payment_attempts_of_payments',
  text: `select payment_id, number, payment_method_id, outcome, decline, charge_ref, customer_present, occurred_at
    from payment_attempts where tenant_id = $1 and payment_id = any($2::text[]) order by payment_id, number`,
};

/** The tries of some payments, each payment's in order. */
export async function attemptsOfPayments(
  db: Queryable,
  tenantId: string,
  paymentIds: readonly string[],
): Promise<PaymentAttempt[]> {
  return (await db.query<PaymentAttemptRow>(ofPayments, [tenantId, paymentIds])).map(fromRow);
}
