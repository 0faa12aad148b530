/** Which phase follows which, by what happened. The only place that moves a settlement; what is not in the table is a bug. */
import { fail } from '../errors';
import type { SettlementPhase } from './state';

export type Trigger =
  | 'open'
  | 'see'
  | 'lose'
  | 'fall_short'
  | 'exceed'
  | 'come_late'
  | 'expire'
  | 'accept'
  | 'settle'
  | 'give_back'
  | 'refund'
  | 'abandon';

type Row = Readonly<Partial<Record<Trigger, SettlementPhase>>>;

/** From every phase in which the deposit is not judged yet. */
const judged: Row = {
  fall_short: 'underpaid',
  exceed: 'overpaid',
  come_late: 'late',
  expire: 'expired',
  accept: 'paying_out',
  give_back: 'refunding',
  abandon: 'failed',
};

export const transitions: Readonly<Record<SettlementPhase, Row>> = {
  quoted: { open: 'awaiting_deposit', abandon: 'failed' },
  awaiting_deposit: { ...judged, see: 'confirming' },
  // A reorganization may take back what was seen.
  confirming: { ...judged, lose: 'awaiting_deposit' },
  underpaid: { ...judged, see: 'confirming', lose: 'awaiting_deposit' },
  expired: { come_late: 'late', accept: 'paying_out', give_back: 'refunding', abandon: 'failed' },
  overpaid: { accept: 'paying_out', give_back: 'refunding', abandon: 'failed' },
  late: { accept: 'paying_out', give_back: 'refunding', abandon: 'failed' },
  paying_out: { settle: 'settled', give_back: 'refunding', abandon: 'failed' },
  refunding: { refund: 'refunded', abandon: 'failed' },
  settled: {},
  refunded: {},
  failed: {},
};

/** True when the table knows the step. */
export function canMove(from: SettlementPhase, trigger: Trigger): boolean {
  return transitions[from][trigger] !== undefined;
}

/** The phase after. @throws PerennialError `internal` for a step that the table does not know. */
export function movePhase(from: SettlementPhase, trigger: Trigger): SettlementPhase {
  return transitions[from][trigger] ?? fail('internal');
}
