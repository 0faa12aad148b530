/**
 * What an operator reads in the Temporal UI: the phase, what happens next and when, the last invoice. Markdown, a few lines.
 */
import { toIso } from '../time';
import type { Step } from './decide';
import { cancelWaits, type SubscriptionState } from './state';

const day = (instant: number): string => toIso(instant).slice(0, 16).replace('T', ' ').concat(' UTC');

function nextLine(step: Step): string {
  if (step.kind === 'end') return 'Ended.';
  if (step.kind !== 'wait') return 'Works on it now.';
  return step.until === null ? `Next: ${step.why}.` : `Next: ${step.why}, ${day(step.until)}.`;
}

function owedLine({ collection }: SubscriptionState): string[] {
  if (collection === null) return [];
  const others = collection.queue.length === 0 ? '' : ` and ${collection.queue.length} more`;
  const tries = collection.attempts === 1 ? '1 try' : `${collection.attempts} tries`;
  return [
    `Owes: \`${collection.invoiceId}\`${others}, ${tries}, waits for ${collection.waitingFor.replace('_', ' ')}.`,
  ];
}

function sharedLine({ failingElsewhere }: SubscriptionState): string[] {
  if (failingElsewhere === undefined) return [];
  return [
    `Owes with others, collected by another subscription: ${failingElsewhere.map((id) => `\`${id}\``).join(', ')}.`,
  ];
}

function cancelLine(state: SubscriptionState): string[] {
  if (state.cancelAt === null) return [];
  return [
    cancelWaits(state) ? 'Cancels after the pause, once the paid time is served.' : `Cancels ${day(state.cancelAt)}.`,
  ];
}

/** The current details of a subscription's workflow. */
export function describeState(state: SubscriptionState, step: Step): string {
  const { terms, period, pendingTerms, lastInvoice, attention, currency } = state;
  return [
    `**${state.status}** · ${state.label} · ${terms.quantity} × \`${terms.planId}\` v${terms.planVersion}`,
    nextLine(step),
    ...(period === null ? [] : [`Period: ${day(period.start)} to ${day(period.end)}.`]),
    ...(pendingTerms === null
      ? []
      : [`Changes at the end of the period to ${pendingTerms.quantity} × \`${pendingTerms.planId}\`.`]),
    ...cancelLine(state),
    ...(lastInvoice === null ? [] : [`Last invoice: ${lastInvoice.number}, ${lastInvoice.total} ${currency}.`]),
    ...owedLine(state),
    ...sharedLine(state),
    ...(attention === null ? [] : [`**Needs attention:** ${attention}`]),
    ...(state.clock === null ? [] : [`Test clock \`${state.clock.id}\` at ${day(state.clock.now)}.`]),
  ].join('  \n');
}
