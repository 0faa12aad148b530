/**
 * Changes the plan or the quantity, at once (prorated) or at the end of the period. Previews load and bill by the same functions.
 */
import { newId } from '../../domain/ids';
import { billChange, type ChangeBill } from '../../domain/invoice/change-bill';
import { planSinceOf } from '../../domain/plan/in-force';
import { labelOf } from '../../domain/subscription/initial';
import { loadChange, sameTerms, type ChangeFacts, type ChangeRequest } from '../../db/transactions/change-facts';
import { changeArrears, type ChangeArrears } from '../../db/transactions/change-arrears';
import { usagePart } from '../usage-part';
import { recordCredits } from '../record-credits';
import { recordFact } from '../record-fact';
import type { CommandContext, CommandOutcome } from './context';

type Context = CommandContext<'changePlan'> | CommandContext<'changeQuantity'>;

/** Carries out a change of terms. */
export async function changeTerms(context: Context, request: ChangeRequest): Promise<CommandOutcome> {
  const { deps, state, now, audit } = context;
  const loaded = await loadChange(deps.database.as(state.tenantId), state, request, now);
  if ('kind' in loaded) return loaded;
  const { target, terms, facts } = loaded;
  if (request.atPeriodEnd) {
    const back = sameTerms(terms, state.terms);
    const event = back
      ? ({ type: 'change_unscheduled', at: now } as const)
      : ({ type: 'terms_scheduled', at: now, terms } as const);
    return recordFact(deps, { state, now, event, partsOf: audit });
  }
  const label = labelOf(facts.customerName, target.name);
  const bill = billChange(state, loaded);
  const ended = await changeArrears(deps.database, state, loaded, bill);
  const { arrears } = ended;
  const since = planSinceOf(state, target, loaded.at);
  if (bill.lines.length === 0 && arrears.lines.length === 0 && arrears.limits === null) {
    const event = {
      type: 'terms_changed',
      at: now,
      terms,
      label,
      invoice: null,
      calendar: bill.calendar,
      ...since,
      ...ended.cut,
    } as const;
    return recordFact(deps, { state, now, event, partsOf: audit });
  }
  return issueChange(context, loaded, { bill, label, since, ...ended });
}

interface MadeChange extends ChangeArrears {
  readonly bill: ChangeBill;
  readonly label: string;
  readonly since: ReturnType<typeof planSinceOf>;
}

function issueChange(context: Context, loaded: ChangeFacts, made: MadeChange): Promise<CommandOutcome> {
  const { deps, state, commandId, now, audit } = context;
  const { facts, terms, billed } = loaded;
  const { arrears, bill, cut, label, since } = made;
  const { calendar, span } = bill;
  const lines = [...bill.lines, ...arrears.lines];
  return recordCredits(deps, {
    state,
    now,
    facts,
    billed,
    partsOf: (event, after) => ({ ...audit(event, after), ...usagePart(arrears) }),
    invoice: { id: newId('inv'), businessKey: `change:${commandId}`, lines, span, limits: arrears.limits },
    eventOf: (invoice, credited) => ({
      type: 'terms_changed',
      at: now,
      terms,
      label,
      invoice,
      calendar,
      ...cut,
      ...since,
      ...credited,
    }),
  });
}
