/** A small table of rates, a seller and treatments for the tests of tax. */
import type { TaxTable } from '../../../domain/tax/rate';
import type { SellerTax, TaxTreatment } from '../../../domain/tax/treatment';

const row = (
  country: string,
  category: string,
  percent: string,
  from: string,
  to: string | null = null,
  region: string | null = null,
) => ({
  country,
  region,
  category,
  percent,
  from,
  to,
  source: `law of ${country}`,
});

/** Germany halved a part of its rate for the second half of 2020. */
export const table: TaxTable = {
  rates: [
    row('DE', 'standard', '19', '2007-01-01', '2020-07-01'),
    row('DE', 'standard', '16', '2020-07-01', '2021-01-01'),
    row('DE', 'standard', '19', '2021-01-01'),
    row('DE', 'reduced', '7', '1983-07-01'),
    row('FR', 'standard', '20', '2014-01-01'),
    row('KE', 'standard', '16', '2021-01-01'),
    row('US', 'standard', '0', '2000-01-01'),
    row('US', 'standard', '7.25', '2017-01-01', null, 'US-CA'),
  ],
};

export const seller: SellerTax = {
  country: 'DE',
  registrations: [{ country: 'DE', region: null, tax_number: 'DE123456789', from: '2010-01-01', to: null }],
  union_scheme: false,
  consumers_at_origin: false,
  reverse_charge_countries: null,
};

export const treatment = (percent: string, more: Partial<TaxTreatment> = {}): TaxTreatment => ({
  kind: 'taxed',
  place: { country: 'DE', region: null },
  category: 'standard',
  percent,
  legend: null,
  rate: null,
  date: '2026-06-01',
  isProvisional: false,
  text: '',
  ...more,
});
