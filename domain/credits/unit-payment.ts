/**
 * What the units of a wallet pay of what a meter counted, before money does: a line below the usage takes off what those units would have
 * cost, the last of the quantity first, so tiers are walked by the rest. Pure: the caller writes the draws together with the invoice.
 */
import type { InvoiceLine } from '../invoice/line';
import { rateUsage, type UsageReading } from '../invoice/usage-lines';
import { isPositive, min, negate, roundRatio } from '../money';
import { isAbove, minus } from '../pricing/exact';
import type { Instant } from '../time';
import { type BurnDown, drawDown } from './draw';
import type { HeldWallet } from './wallet-payment';

/** A wallet of units that pays what a meter counts. */
export interface UnitWallet extends HeldWallet {
  readonly unit: string;
  readonly meterId: string;
  /** What earns what was paid for the units. */
  readonly stream: string;
}

/** What an invoice takes out of a wallet of units. */
export interface UnitUse {
  /** As it was read. */
  readonly wallet: UnitWallet;
  readonly burnDown: BurnDown;
}

export interface PaidByUnits {
  readonly lines: readonly InvoiceLine[];
  readonly uses: readonly UnitUse[];
  /** The wallets as they are afterwards. */
  readonly wallets: readonly UnitWallet[];
}

/** Units are there for what was used while they were: until its last instant, and never for what was used before them. */
const momentOf = ({ periodEnd }: InvoiceLine): Instant => periodEnd - 1;

/** What the last of a quantity costs, unrounded; null for usage that is no quantity. */
function worthOf(reading: UsageReading, units: string, currency: string): string | null {
  const { usage } = reading;
  if (usage.form !== 'quantity') return null;
  const rest = { ...reading, usage: { ...usage, quantity: minus(usage.quantity, units) } };
  const [all, without] = [rateUsage(reading, currency), rateUsage(rest, currency)];
  return minus(all?.exact ?? '0', without?.exact ?? '0');
}

function unitLine(line: InvoiceLine, { unit, id }: UnitWallet, burnDown: BurnDown, exact: string): InvoiceLine {
  const { currency } = line.amount;
  const { drawn, draws, text } = burnDown;
  const rounded = roundRatio(exact, currency, '1', '1', 'half_up');
  return {
    ...line,
    reading: undefined,
    kind: 'unit_credits',
    description: `${line.description}, ${drawn} ${unit} paid in advance`,
    quantity: drawn,
    amount: negate(min(rounded, line.amount)),
    explanation: {
      exact: minus('0', exact),
      pricing: { wallet: id, unit, units: drawn, draws },
      ratio: null,
      rounding: 'half_up',
      text: `less what ${text} would cost`,
    },
  };
}

interface Payment {
  readonly line: InvoiceLine;
  readonly use: UnitUse;
  readonly after: UnitWallet;
}

/** What the wallet of its meter pays of a line; null for nothing. */
function paymentOf(line: InvoiceLine, wallets: readonly UnitWallet[]): Payment | null {
  const { reading, meterId, quantity, amount } = line;
  const wallet = wallets.find((one) => one.meterId === meterId);
  if (reading === undefined || wallet === undefined || !isPositive(amount) || !isAbove(quantity, '0')) return null;
  const denomination = { kind: 'unit', unit: wallet.unit } as const;
  const burnDown = drawDown({ grants: wallet.grants, denomination, amount: quantity, now: momentOf(line) });
  const exact = burnDown.drawn === '0' ? null : worthOf(reading, burnDown.drawn, amount.currency);
  if (exact === null) return null;
  const used = new Map(burnDown.grants.map((grant) => [grant.key, grant.used]));
  const grants = wallet.grants.map((grant) => ({ ...grant, used: used.get(grant.key) ?? grant.used }));
  return { line: unitLine(line, wallet, burnDown, exact), use: { wallet, burnDown }, after: { ...wallet, grants } };
}

/** The lines with what units pay of them, each below the usage that it pays. */
export function payByUnits(lines: readonly InvoiceLine[], wallets: readonly UnitWallet[]): PaidByUnits {
  if (wallets.length === 0) return { lines, uses: [], wallets };
  const made: InvoiceLine[] = [];
  const uses: UnitUse[] = [];
  let held = wallets;
  for (const line of lines) {
    made.push(line);
    const payment = paymentOf(line, held);
    if (payment === null) continue;
    made.push(payment.line);
    uses.push(payment.use);
    held = held.map((wallet) => (wallet.id === payment.after.id ? payment.after : wallet));
  }
  return { lines: made, uses, wallets: held };
}
