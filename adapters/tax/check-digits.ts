/** Check digits of tax numbers, offline. */
import * as jsvat from 'jsvat';
import type { CheckDigits } from '../../domain/tax/tax-number';

const { checkVAT, ...listed } = jsvat;

/** The countries whose rules are known. */
const countries = Object.values(listed).filter((value): value is jsvat.Country => 'calcFn' in value);

/** Greek numbers begin with EL. */
const prefixOf = (country: string): string => (country === 'GR' ? 'EL' : country);

/** What the check digits say; `unchecked` where there is no rule for the country. */
export const checkDigits: CheckDigits = ({ country, number }) => {
  const { isValid, isSupportedCountry } = checkVAT(`${prefixOf(country)}${number}`, countries);
  if (isValid) return 'valid';
  const isKnown = isSupportedCountry || countries.some(({ codes }) => codes.includes(country));
  return isKnown ? 'invalid' : 'unchecked';
};
