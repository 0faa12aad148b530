/** A wallet with the grants that are not used up, as a column of a statement that reads more. */
import type { HeldWallet } from '../../domain/credits/wallet-payment';
import { grantJson, grantOfJson, type GrantJson } from './credit-grants';

export interface HeldWalletJson {
  readonly id: string;
  readonly version: number;
  readonly grants: readonly GrantJson[] | null;
}

const walletJson = `json_build_object('id', w.id, 'version', w.version, 'grants', (
    select json_agg(${grantJson('g')}) from credit_grants g where g.wallet_id = w.id and not g.is_ended and g.used + g.removed < g.amount))`;

/** The customer's wallet of a currency, as JSON; null when there is none. */
export const heldWalletColumn = (customer: string, currency: string): string =>
  `(select ${walletJson} from wallets w
    where w.customer_id = ${customer} and coalesce(w.currency, '') = ${currency} and coalesce(w.unit, '') = '')`;

/** The wallet of its JSON. */
export function heldWalletOf({ id, version, grants }: HeldWalletJson): HeldWallet {
  return { id, version, grants: (grants ?? []).map(grantOfJson) };
}
