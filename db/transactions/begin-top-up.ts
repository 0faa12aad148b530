/** Writes a top-up with the message that starts its workflow: both in the caller's transaction, under the lock of the wallet. */
import { topUpWorkflowId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import type { Queryable } from '../pool';
import { insertOutboxMessage } from '../queries/outbox';
import { insertTopUp, type NewTopUp } from '../queries/wallet-top-ups';

/** What the workflow of a top-up is started with. */
export const topUpInputOf = ({ tenantId, id: topUpId, price }: Pick<NewTopUp, 'tenantId' | 'id' | 'price'>) => ({
  tenantId,
  topUpId,
  label: `Top-up of ${formatMoney(price)}`,
});

/** Answers the id of the message. @throws the database's `unique_violation` when an automatic one is in flight. */
export async function beginTopUp(db: Queryable, topUp: NewTopUp): Promise<string> {
  const { tenantId, id } = topUp;
  await insertTopUp(db, topUp);
  const workflowId = topUpWorkflowId(tenantId, id);
  return insertOutboxMessage(db, { tenantId, kind: 'start_top_up', workflowId, payload: topUpInputOf(topUp) });
}
