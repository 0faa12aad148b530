/** A wallet with the grants that are not used up, as a column of a statement that reads more. */
import type { UnitWallet } from '../../domain/credits/unit-payment';
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

export interface HeldUnitsJson extends HeldWalletJson {
  readonly unit: string;
  readonly meterId: string;
  readonly stream: string;
}

/** The customer's wallets of units that pay what a meter counts, as JSON; null when there are none. */
export const heldUnitsColumn = (customer: string): string =>
  `(select json_agg(json_build_object('id', w.id, 'version', w.version, 'unit', w.unit, 'meterId', w.meter_id, 'stream', w.stream, 'grants', (
      select json_agg(${grantJson('g')}) from credit_grants g where g.wallet_id = w.id and not g.is_ended and g.used + g.removed < g.amount)) order by w.id)
    from wallets w where w.customer_id = ${customer} and w.meter_id is not null)`;

/** The wallets of the column. */
export const heldUnitsOf = (wallets: readonly HeldUnitsJson[] | null): UnitWallet[] =>
  (wallets ?? []).map(({ unit, meterId, stream, ...wallet }) => ({ ...heldWalletOf(wallet), unit, meterId, stream }));

/** The wallet of its JSON. */
export function heldWalletOf({ id, version, grants }: HeldWalletJson): HeldWallet {
  return { id, version, grants: (grants ?? []).map(grantOfJson) };
}
