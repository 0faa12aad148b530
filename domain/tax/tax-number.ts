/**
 * Tax numbers of business customers: what check digits and a register say of one, and what follows. The register of the European Union
 * (VIES) is often away; that means "unknown", never "invalid".
 */
import type { Instant } from '../time';

export interface TaxNumber {
  /** ISO 3166-1: "GR", also where the number begins with "EL". */
  readonly country: string;
  /** Without the country's letters. */
  readonly number: string;
}

/** `unchecked`: there is no rule of check digits for that country. */
export type DigitsVerdict = 'valid' | 'invalid' | 'unchecked';
export type RegisterVerdict = 'valid' | 'invalid' | 'unknown';

/** What is kept of a check. */
export interface TaxNumberCheck {
  readonly taxNumber: TaxNumber;
  readonly digits: DigitsVerdict;
  readonly register: RegisterVerdict;
  /** The register's receipt of the request, proof of good faith; null when it gave none. */
  readonly consultation: string | null;
  readonly checkedAt: Instant;
}

/** The port to check digits: offline, pure. */
export type CheckDigits = (taxNumber: TaxNumber) => DigitsVerdict;

/** What a register said. */
export interface RegisterAnswer {
  readonly register: RegisterVerdict;
  readonly consultation: string | null;
  /** Why it did not say, in its own word. */
  readonly obstacle?: string;
}

/** The port to a register. It answers `unknown` for every outage, limit and time-out; it never throws for them. */
export interface TaxNumberRegister {
  /** @param requester the tenant's own number, without which the register gives no receipt */
  check(taxNumber: TaxNumber, requester: TaxNumber | null): Promise<RegisterAnswer>;
}

/** What is kept of a check made at `now`. A register that answered keeps its word: a later silence does not unmake a confirmed number. */
export function checkOf(
  taxNumber: TaxNumber,
  digits: DigitsVerdict,
  answer: RegisterAnswer,
  now: Instant,
  before: TaxNumberCheck | null = null,
): TaxNumberCheck {
  const isSame = before?.taxNumber.country === taxNumber.country && before.taxNumber.number === taxNumber.number;
  if (before !== null && isSame && before.register !== 'unknown' && answer.register === 'unknown') return before;
  const { register, consultation } = answer;
  return { taxNumber, digits, register, consultation, checkedAt: now };
}

/** Prefixes of tax numbers that are not the country's ISO code. Northern Ireland's XI is for goods; services follow Great Britain. */
const countryOfPrefix: Readonly<Record<string, string>> = { EL: 'GR', XI: 'GB' };

const numberPattern = /^([A-Z]{2})([0-9A-Z+*]{2,13})$/;

/** "de 123.456.789" as country and number; null for what cannot be one. Blanks, points and hyphens do not count. */
export function taxNumberOf(text: string): TaxNumber | null {
  const [, prefix, number] = numberPattern.exec(text.toUpperCase().replace(/[\s.-]/g, '')) ?? [];
  if (prefix === undefined || number === undefined) return null;
  return { country: countryOfPrefix[prefix] ?? prefix, number };
}

/** `presumed_business`: by check digits alone, until the register answers. */
export type Standing = 'business' | 'presumed_business' | 'consumer';

/** Whether a customer counts as a business. The register decides; while it is silent, the check digits do. */
export function standingOf(check: TaxNumberCheck | null): Standing {
  if (check === null || check.register === 'invalid') return 'consumer';
  if (check.register === 'valid') return 'business';
  return check.digits === 'valid' ? 'presumed_business' : 'consumer';
}

/** True when the register must be asked again; should it say otherwise then, a credit note and a new invoice correct the tax. */
export function isToBeAskedAgain({ digits, register }: TaxNumberCheck): boolean {
  return register === 'unknown' && digits !== 'invalid';
}
