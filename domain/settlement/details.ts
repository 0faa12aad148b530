/** What an operator reads of a settlement in the Temporal UI: Markdown. */
import { toIso } from '../time';
import { statusOf, type LegState, type SettlementState } from './state';

const legLine = ({ id, kind, status, reason }: LegState): string =>
  `- ${kind} \`${id}\`: **${status}**${reason === null ? '' : ` · ${reason}`}`;

const deposit = ({ address, received, terms }: SettlementState): string =>
  `Chain \`${terms.chain}\` · asks ${terms.expected} base units by ${toIso(terms.deadline)} · received ${received}` +
  (address === null ? '' : ` at \`${address}\``);

/** The details of a settlement. @param why what it waits for */
export function settlementDetails(state: SettlementState, why: string): string {
  const { label, labels, attention, legs } = state;
  const marks = labels.length === 0 ? '' : ` (${labels.join(', ')})`;
  const asks = attention === null ? [] : [`**Needs attention** (${attention.kind}): ${attention.reason}`];
  return [`**${statusOf(state)}**${marks} · ${label}`, ...asks, why, deposit(state), '', ...legs.map(legLine)]
    .filter((line, index) => line !== '' || index > 0)
    .join('  \n');
}
