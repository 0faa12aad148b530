/**
 * VIES, the European Commission's register of VAT numbers, over its REST interface. Each Member State answers for itself and is often away;
 * whatever is not a plain yes or no is `unknown`.
 */
import type { RegisterAnswer, TaxNumber } from '../../domain/tax/tax-number';
import type { TaxRegister } from './port';

export interface ViesOptions {
  /** Where the interface is, without a slash at the end; the Commission's own: https://ec.europa.eu/taxation_customs/vies/rest-api. */
  readonly url: string;
  /** A Member State that has not answered by then is away. */
  readonly timeoutMs?: number;
}

/** Member States answer within seconds or not at all. */
const timeoutMsDefault = 10_000;

/** ISO 3166-1; the Greek numbers begin with EL. Northern Ireland (XI) is for goods alone. */
const covered = new Set('AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' '));

const prefixOf = (country: string): string => (country === 'GR' ? 'EL' : country);

interface ViesAnswer {
  readonly valid?: unknown;
  readonly userError?: unknown;
  readonly requestIdentifier?: unknown;
  readonly errorWrappers?: readonly { readonly error?: unknown }[];
}

function questionOf({ country, number }: TaxNumber, requester: TaxNumber | null) {
  const question = { countryCode: prefixOf(country), vatNumber: number };
  // Without a requester the register gives no consultation number.
  if (requester === null || !covered.has(requester.country)) return question;
  const { country: own, number: ownNumber } = requester;
  return { ...question, requesterMemberStateCode: prefixOf(own), requesterNumber: ownNumber };
}

const unknown = (obstacle: string): RegisterAnswer => ({ register: 'unknown', consultation: null, obstacle });

const wordOf = (value: unknown): string | null =>
  typeof value === 'string' && value.length > 0 && value.length <= 100 ? value : null;

/** The code of an answer that is no yes or no: `MS_UNAVAILABLE`, `MS_MAX_CONCURRENT_REQ`, `TIMEOUT` … */
function obstacleOf(answer: ViesAnswer, status: number): string {
  const [wrapped] = Array.isArray(answer.errorWrappers) ? answer.errorWrappers : [];
  return wordOf(wrapped?.error) ?? wordOf(answer.userError) ?? `HTTP ${status}`;
}

function read(answer: ViesAnswer, status: number): RegisterAnswer {
  const consultation = wordOf(answer.requestIdentifier);
  const isAnswer = status === 200 && typeof answer.valid === 'boolean';
  const obstacle = obstacleOf(answer, status);
  // Some gateways answer `valid: false` with the reason that the Member State was not reached.
  const isReached = ['VALID', 'INVALID', 'HTTP 200'].includes(obstacle);
  if (isAnswer && isReached) return { register: answer.valid === true ? 'valid' : 'invalid', consultation };
  return obstacle === 'INVALID_INPUT' ? { register: 'invalid', consultation: null } : unknown(obstacle);
}

async function ask({ url, timeoutMs = timeoutMsDefault }: ViesOptions, question: object): Promise<RegisterAnswer> {
  const response = await fetch(`${url}/check-vat-number`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer: unknown = await response.json();
  if (typeof answer !== 'object' || answer === null) return unknown(`HTTP ${response.status}`);
  return read(answer, response.status);
}

/** VIES at an address. */
export function createVies(options: ViesOptions): TaxRegister {
  return {
    name: 'vies',
    covers: (country) => covered.has(country),
    check: (taxNumber, requester) =>
      ask(options, questionOf(taxNumber, requester)).catch((error: unknown) =>
        unknown(error instanceof Error ? error.name : 'unreachable'),
      ),
  };
}
