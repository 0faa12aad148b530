import { refusal } from '../../domain/errors';
import { findCredit } from '../../db/transactions/find-credit';
import { givenBackByVoid } from '../give-back';
import { recordFact } from '../record-fact';
import { prepareSettlement, voidInvoice, writeOff } from '../settle-invoices';
import type { CommandContext, CommandOutcome } from './context';

async function openInvoice({ deps, state, payload }: CommandContext<'voidInvoice' | 'markUncollectible'>) {
  const { open, paid } = await prepareSettlement(deps, state.tenantId, [payload.invoiceId]);
  if (paid.size > 0) return refusal('payment_in_progress', { invoiceId: payload.invoiceId });
  return open[0] ?? refusal('invoice_not_open', { invoiceId: payload.invoiceId, status: 'settled' });
}

/** Takes an invoice back as if it had never been billed, with what it used: coupons, and the usage that is then billed again. */
export async function voidOne(context: CommandContext<'voidInvoice'>): Promise<CommandOutcome> {
  const { deps, state, payload, now, audit } = context;
  const { tenantId } = state;
  // Before anything is canceled at the provider: a refused command changes nothing.
  const creditedBy = await findCredit(deps.database.as(tenantId), tenantId, payload.invoiceId);
  if (creditedBy !== null) return refusal('invoice_credited', { invoiceId: payload.invoiceId, creditedBy });
  const invoice = await openInvoice(context);
  if ('kind' in invoice) return invoice;
  const voided = voidInvoice(invoice, now);
  const back = await givenBackByVoid(deps, tenantId, payload.invoiceId, payload.usage === 'keep' ? 'keep' : 'rebill');
  const returned = back.usageReturned === undefined ? {} : ({ usageReturned: true } as const);
  return recordFact(deps, {
    state,
    now,
    event: { type: 'invoice_settled', at: now, invoiceId: payload.invoiceId, how: 'voided', ...returned },
    partsOf: (event, after) => ({
      ...audit(event, after),
      ...voided.parts,
      ...back,
      balance: { customerId: state.customerId, change: voided.balanceBack, expected: null },
    }),
  });
}

/** Gives an invoice up: it becomes bad debt. */
export async function markUncollectible(context: CommandContext<'markUncollectible'>): Promise<CommandOutcome> {
  const { deps, state, payload, now, audit } = context;
  const invoice = await openInvoice(context);
  if ('kind' in invoice) return invoice;
  return recordFact(deps, {
    state,
    now,
    event: { type: 'invoice_settled', at: now, invoiceId: payload.invoiceId, how: 'uncollectible' },
    partsOf: (event, after) => ({ ...audit(event, after), ...writeOff([invoice], state) }),
  });
}
