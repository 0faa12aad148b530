import { newId } from '../../domain/ids';
import { fullPeriod } from '../../domain/invoice/change-bill';
import { creditLines } from '../../domain/invoice/change-lines';
import { refusal } from '../../domain/errors';
import { loadBilledLines, type BillingFacts } from '../../db/transactions/billing-facts';
import { finalLines } from '../../db/transactions/final-lines';
import type { SubscriptionState } from '../../domain/subscription/state';
import { factsInForce, recordEnd } from '../final-bill';
import { givenBackByVoid } from '../give-back';
import { recordCredits } from '../record-credits';
import { recordFact } from '../record-fact';
import { prepareSettlement, voidInvoice } from '../settle-invoices';
import type { CommandContext, CommandOutcome } from './context';

/** Cancels at the end of the period, or at once: then with a credit for the unused time if asked for. */
export async function cancel(context: CommandContext<'cancel'>): Promise<CommandOutcome> {
  const { deps, state, payload, now, audit } = context;
  if (payload.atPeriodEnd === true && state.period !== null) {
    const event = { type: 'cancel_scheduled', at: now, cancelAt: state.trialEnd ?? state.period.end } as const;
    return recordFact(deps, { state, now, event, partsOf: audit });
  }
  if (state.status === 'incomplete') return cancelIncomplete(context);
  return payload.credit === true ? cancelWithCredit(context) : cancelPlainly(context);
}

function cancelPlainly({ deps, state, commandId, now, audit }: CommandContext<'cancel'>): Promise<CommandOutcome> {
  return recordEnd(deps, { state, now, at: now, businessKey: `cancel:${commandId}`, partsOf: audit });
}

async function cancelWithCredit(context: CommandContext<'cancel'>): Promise<CommandOutcome> {
  const { deps, state, commandId, now, audit } = context;
  const facts = await factsInForce(deps, state);
  const billed = await loadBilledLines(deps.database.as(state.tenantId), state, now);
  const plan = facts.plan;
  if (billed.length === 0 || plan === null || state.period === null) return cancelPlainly(context);
  const credits = creditLines(billed, {
    full: fullPeriod(state, plan),
    at: now,
    policy: creditPolicy(facts),
    timeZone: state.timeZone,
    moment: 'termination',
  });
  if (credits.length === 0) return cancelPlainly(context);
  const { last, ended } = await finalLines(deps.database, state, facts, now, true);
  const lines = [...credits, ...(last?.lines ?? [])];
  const span = { start: now, end: state.period.end };
  return recordCredits(deps, {
    state,
    now,
    facts,
    billed,
    partsOf: (event, after) => ({ ...audit(event, after), ...last?.parts }),
    invoice: { id: newId('inv'), businessKey: `cancel:${commandId}`, lines, span, limits: last?.limits ?? null },
    eventOf: (invoice, credited) => ({ type: 'canceled', at: now, invoice, ...credited, ...ended }),
  });
}

/** Who asks for a credit gets one, also under a policy that changes no money on a change of plan. */
const creditPolicy = (facts: BillingFacts) => (facts.proration === 'none' ? 'seconds' : facts.proration);

/** A subscription that never became active takes its first invoice back. */
async function cancelIncomplete(context: CommandContext<'cancel'>): Promise<CommandOutcome> {
  const { deps, state, now, audit } = context;
  const prepared = await prepareSettlement(deps, state.tenantId, owedIds(state));
  const [invoice] = prepared.open;
  if (prepared.paid.size > 0) return refusal('payment_in_progress', { invoiceId: [...prepared.paid].join(', ') });
  if (invoice === undefined) return cancelPlainly(context);
  const voided = voidInvoice(invoice, now);
  const back = await givenBackByVoid(deps, state.tenantId, invoice.id, 'keep');
  return recordFact(deps, {
    state,
    now,
    event: { type: 'canceled', at: now, invoice: null },
    partsOf: (event, after) => ({
      ...audit(event, after),
      ...voided.parts,
      ...back,
      balance: { customerId: state.customerId, change: voided.balanceBack, expected: null },
    }),
  });
}

/** Ids of all invoices that wait to be paid. */
export function owedIds(state: SubscriptionState): string[] {
  return state.collection === null ? [] : [state.collection.invoiceId, ...state.collection.queue];
}
