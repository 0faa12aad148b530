/**
 * Asks registers about the tax numbers of customers: soon after a number was given, and again while the register does not answer. Until it
 * does, the check digits count; an invoice never waits for a register.
 */
import type { TaxRegister } from '../adapters/tax/port';
import { allTenants, type Database } from '../db/pool';
import { insertEvent } from '../db/queries/events';
import { type DueCheck, recordCheck, takeDueChecks } from '../db/queries/customer-billing';
import { newId } from '../domain/ids';
import { checkOf, standingOf, type TaxNumber, taxNumberOf } from '../domain/tax/tax-number';
import { hourMs, type Instant } from '../domain/time';

export interface TaxRegisterOptions {
  readonly database: Database;
  readonly registers: readonly TaxRegister[];
  readonly log: { warn(facts: object, message: string): void };
  /** Epoch milliseconds of the wall clock: registers live in real time, whatever clock a customer lives on. */
  readonly now: () => Instant;
}

/** So many are asked in a round, one after the other: the register bounds concurrent requests per Member State. */
const roundMax = 10;
/** Outages of Member States last minutes to hours. */
const againAfterMs = hourMs;

/** The seller's own number, for the receipt. */
function requesterOf({ settings }: DueCheck): TaxNumber | null {
  const own = (settings?.seller.registrations ?? []).find(({ tax_number }) => tax_number !== null)?.tax_number;
  return own === undefined || own === null ? null : taxNumberOf(own);
}

async function askOne({ database, registers, now }: TaxRegisterOptions, due: DueCheck): Promise<void> {
  const { tenantId, customerId, check: before } = due;
  const { taxNumber, digits } = before;
  const register = registers.find((one) => one.covers(taxNumber.country));
  const said =
    register === undefined
      ? { register: 'unknown' as const, consultation: null, obstacle: 'no register' }
      : await register.check(taxNumber, requesterOf(due));
  const at = now();
  const check = checkOf(taxNumber, digits, said, at, before);
  const dueAt = register !== undefined && check.register === 'unknown' ? at + againAfterMs : null;
  await database.transaction(tenantId, async (db) => {
    const counts = await recordCheck(db, due, { id: newId('tnc'), check, said, at, dueAt });
    if (!counts || check.register === before.register) return;
    const { country } = taxNumber;
    const data = {
      customer_id: customerId,
      country,
      register: check.register,
      was: standingOf(before),
      is: standingOf(check),
    };
    await insertEvent(db, {
      id: newId('evt'),
      tenantId,
      type: 'customer.tax_number_checked',
      customerId,
      subscriptionId: null,
      invoiceId: null,
      data,
      occurredAt: at,
    });
  });
}

/** Asks about the numbers that are due, once. Answers how many were asked. */
export async function askTaxRegisters(options: TaxRegisterOptions): Promise<number> {
  const due = await takeDueChecks(options.database.as(allTenants), roundMax);
  for (const one of due) {
    await askOne(options, one).catch((error: unknown) =>
      options.log.warn({ customer: one.customerId, reason: String(error) }, 'a tax number was not checked'),
    );
  }
  return due.length;
}

/** Asks now and then, until it is stopped. */
export function startTaxRegisters(options: TaxRegisterOptions & { readonly everyMs: number }): {
  stop(): Promise<void>;
} {
  let round: Promise<void> | null = null;
  const begin = (): void => {
    round ??= askTaxRegisters(options)
      .then(
        () => undefined,
        (error: unknown) => options.log.warn({ reason: String(error) }, 'the registers of tax numbers rest'),
      )
      .finally(() => {
        round = null;
      });
  };
  const timer = setInterval(begin, options.everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
