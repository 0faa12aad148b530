/** What becomes of usage that comes after its invoice, or is corrected after it; and how long an invoice waits for it before. */
import { addHours, type Instant } from '../time';

/**
 * `adjust_next_invoice`: a line of the next invoice charges or gives back the difference. `credit_and_reissue`: the line that billed it is
 * credited, and billed anew with the right usage.
 */
export const lateUsages = ['adjust_next_invoice', 'credit_and_reissue'] as const;
export type LateUsage = (typeof lateUsages)[number];

/** A month of 31 days: what comes later than that belongs to another invoice. */
export const usageGraceHoursMax = 744;

/**
 * When the usage of a stretch is billed that ends at an instant. Not later than the end of the period that follows: at most one period
 * waits while another runs.
 */
export function usageDueAt(end: Instant, graceHours: number, nextEnd: Instant | null): Instant {
  const due = addHours(end, graceHours);
  return nextEnd === null ? due : Math.min(due, nextEnd);
}
