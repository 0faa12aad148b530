/**
 * Tells providers of sales tax what was sold and what was given back of it, soon after the invoice or the credit note, and again while they
 * are away. Nobody waits for it.
 */
import type { SalesTaxProviders } from '../adapters/tax';
import { allTenants, type Database } from '../db/pool';
import { type DueReport, noteReported, noteUnreported, takeDueReports } from '../db/queries/tax-reports';
import type { ReportAnswer } from '../domain/tax/sales-tax';
import { minuteMs, type Instant } from '../domain/time';
import { every, type Repeated, type RoundLog } from './every';

export interface TaxReporterOptions {
  readonly database: Database;
  readonly providers: SalesTaxProviders;
  readonly log: RoundLog;
  /** Epoch milliseconds of the wall clock: providers live in real time, whatever clock a customer lives on. */
  readonly now: () => Instant;
}

/** So many are told in a round, one after the other. */
const roundMax = 25;
/** Outages last minutes; what is refused needs a person, who has a calculation's 90 days for it. */
const againAfterMs = 5 * minuteMs;

function tell(providers: SalesTaxProviders, report: DueReport): Promise<ReportAnswer> {
  const { calculation, reference, amount, sale, kind } = report;
  const provider = providers[report.provider];
  if (kind === 'sale' && calculation !== null) return provider.reportSale({ calculation, reference });
  if (sale !== null) return provider.reportReversal({ transaction: sale, reference, amount });
  return Promise.resolve({ kind: 'unknown', obstacle: 'the sale is not reported' });
}

async function reportOne({ database, providers, log, now }: TaxReporterOptions, report: DueReport): Promise<void> {
  const db = database.as(report.tenantId);
  const answer = await tell(providers, report);
  if (answer.kind === 'reported') return noteReported(db, report, answer.transaction);
  log.warn({ reference: report.reference, reason: answer.obstacle }, 'a sale was not reported');
  await noteUnreported(db, report, answer.obstacle, now() + againAfterMs);
}

/** Tells what is due, once. Answers how many reports were told or tried. */
export async function reportSalesTax(options: TaxReporterOptions): Promise<number> {
  const due = await takeDueReports(options.database.as(allTenants), roundMax);
  for (const one of due) await reportOne(options, one);
  return due.length;
}

/** Tells now and then, until it is stopped. @param everyMs an idle round is one index look-up */
export function startTaxReporter(options: TaxReporterOptions, everyMs: number): Repeated {
  return every(everyMs, () => reportSalesTax(options), options.log, 'the reporter of sales tax rests');
}
