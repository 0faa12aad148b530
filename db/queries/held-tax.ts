/** What an invoice is taxed by, as a column of a statement that reads more: nothing at all for a tenant without tax settings. */
import { buyerOf, type BillingDetails, type PostalAddress } from '../../domain/customer/billing-details';
import type { TaxFacts } from '../../domain/invoice/tax-facts';
import type { TaxRate } from '../../domain/tax/rate';
import type { TaxSettings } from '../../domain/tax/settings';
import type { TaxNumberCheck } from '../../domain/tax/tax-number';

export interface HeldTaxJson {
  readonly settings: TaxSettings;
  readonly billing: BillingDetails | null;
  readonly check: TaxNumberCheck | null;
  readonly rates: readonly TaxRate[] | null;
  readonly categories: Readonly<Record<string, string>> | null;
  /** The seller's own address; only where a provider of sales tax is asked. */
  readonly seller: PostalAddress | null;
}

/** A rate as the domain has it. */
export const rateJson = (rate: string): string =>
  `json_build_object('country', ${rate}.country, 'region', ${rate}.region, 'category', ${rate}.category, 'percent', ${rate}.percent::text,
    'from', ${rate}.valid_from, 'to', ${rate}.valid_to, 'source', ${rate}.source)`;

/**
 * Settings (the seller entity's own, else the tenant's), customer and the rates of every country that the customer may be in, and of the
 * seller's. The tenant's own rates come first, so that they stand above the general ones.
 * @param tenant the alias of the tenant's row; @param customer of the customer's; @param entity of the seller entity's
 */
export const heldTaxColumn = (tenant: string, customer: string, entity: string): string => {
  const settings = `coalesce(${entity}.tax, ${tenant}.tax)`;
  return `(case when ${settings} is not null then json_build_object('settings', ${settings}, 'billing', ${customer}.billing, 'check', ${customer}.tax_check,
      'rates', (select json_agg(${rateJson('r')} order by r.tenant_id is null, r.valid_from) from tax_rates r
        where (r.tenant_id is null or r.tenant_id = ${tenant}.id) and (r.valid_to is null or r.valid_to > r.valid_from)
          and (r.country = ${settings}->'seller'->>'country'
            or r.country in (select p #>> '{}' from jsonb_path_query(${customer}.billing, 'lax $.**.country') p))),
      'categories', (select json_object_agg(p.id, p.tax_category) from products p where p.tenant_id = ${tenant}.id and p.tax_category <> 'standard'),
      'seller', case when jsonb_typeof(${settings}->'sales_tax') = 'object' then ${entity}.address end)
    end)`;
};

/** The facts of their JSON; null where tax is no matter of the tenant. */
export function heldTaxOf(json: HeldTaxJson | null): TaxFacts | null {
  if (json === null) return null;
  const { settings, billing, check, rates, categories, seller } = json;
  const asks = (settings.sales_tax ?? null) !== null;
  const addresses = { seller, customer: billing?.address ?? null };
  return {
    settings,
    buyer: buyerOf(billing, check),
    table: { rates: rates ?? [] },
    categories: categories ?? {},
    ...(asks ? { addresses } : {}),
  };
}
