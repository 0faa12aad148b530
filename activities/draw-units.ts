import type { UnitUse } from '../domain/credits/unit-payment';
import { payByUnits } from '../domain/credits/unit-payment';
import { unitsUsedPostings } from '../domain/credits/postings';
import { newId } from '../domain/ids';
import type { Posting } from '../domain/ledger';
import type { EntryRow } from '../db/transactions/record';
import { drawMovements, type WalletChange } from '../db/transactions/record-credits';
import type { InvoiceFact } from './record-fact';

/** An invoice after the customer's units paid what they can of its usage. */
export interface PaidFact {
  readonly fact: InvoiceFact;
  readonly uses: readonly UnitUse[];
}

/** Lets the units of the customer's wallets pay usage of the invoice, and of what other subscriptions bring to it, in their order. */
export function payFactByUnits(fact: InvoiceFact): PaidFact {
  const { unitWallets } = fact.facts;
  if (unitWallets.length === 0) return { fact, uses: [] };
  const own = payByUnits(fact.invoice.lines, unitWallets);
  let { wallets } = own;
  const uses = [...own.uses];
  const companions = fact.companions?.map((companion) => {
    const paid = payByUnits(companion.invoice.lines, wallets);
    wallets = paid.wallets;
    uses.push(...paid.uses);
    return { ...companion, invoice: { ...companion.invoice, lines: paid.lines } };
  });
  const invoice = { ...fact.invoice, lines: own.lines };
  return { fact: { ...fact, invoice, ...(companions === undefined ? {} : { companions }) }, uses };
}

/** What was paid for the units is earned, in the currency that paid for each. */
function postingsOf({ wallet, burnDown }: UnitUse): Posting[] {
  const currencies = new Set(burnDown.draws.flatMap(({ paid }) => (paid === null ? [] : [paid.currency])));
  return [...currencies].flatMap((currency) => {
    const draws = burnDown.draws.filter(({ paid }) => paid?.currency === currency);
    return unitsUsedPostings({ ...burnDown, draws }, wallet.stream, currency);
  });
}

function changeOf(walletId: string, uses: readonly UnitUse[], invoiceId: string): WalletChange[] {
  const own = uses.filter(({ wallet }) => wallet.id === walletId);
  const [first] = own;
  if (first === undefined) return [];
  const movements = own.flatMap(({ wallet, burnDown }) =>
    drawMovements(wallet, burnDown, { kind: 'used', invoiceId, reason: null }),
  );
  // The version as it was read: the uses of one invoice were computed one after the other.
  return [{ walletId, expected: first.wallet.version, grants: [], movements }];
}

/** The draws of an invoice, to be written with it, and how they are booked. */
export function drawUnits(
  uses: readonly UnitUse[],
  invoiceId: string,
): { readonly unitWallets: readonly WalletChange[]; readonly entries: readonly EntryRow[] } {
  const ids = [...new Set(uses.map(({ wallet }) => wallet.id))];
  const postings = uses.flatMap(postingsOf);
  return {
    unitWallets: ids.flatMap((id) => changeOf(id, uses, invoiceId)),
    entries: postings.length === 0 ? [] : [{ id: newId('le'), kind: 'credits_used', source: invoiceId, postings }],
  };
}
