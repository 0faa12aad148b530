/** Readers of parameters that come from outside: each gives the value, or what is wrong with it by path. They never throw. */
import type { FieldError } from '../errors';
import { type Amounts, amountErrors, isRecord, isUnsignedDecimal, unknownFieldErrors } from './amounts';
import { isIso } from '../time';
import { isAbove } from './exact';

export type Read<T> = { readonly value: T } | { readonly errors: readonly FieldError[] };
export type Field<T> = (value: unknown, path: string) => Read<T>;

const wrong = (path: string, message: string): Read<never> => ({ errors: [{ path, message }] });

/** A field of one type, from its guard and the sentence that says what it must be. */
export const checked =
  <T>(isSound: (value: unknown) => value is T, message: string): Field<T> =>
  (value, path) =>
    isSound(value) ? { value } : wrong(path, message);

/** Amounts by currency, from zero up. */
export const amounts: Field<Amounts> = (value, path) => {
  const errors = amountErrors(value, path);
  return errors.length > 0 ? { errors } : { value: value as Amounts };
};

const isPositive = (value: unknown): value is string => isUnsignedDecimal(value) && /[1-9]/.test(value);
const isWhole = (value: unknown): value is string => isUnsignedDecimal(value) && !value.includes('.');

/** A decimal from zero up. */
export const decimal = checked(isUnsignedDecimal, 'must be a decimal from 0 as a string');
/** A decimal above zero. */
export const positive = checked(isPositive, 'must be a decimal above 0 as a string');
/** A whole number from zero up. */
export const whole = checked(isWhole, 'must be a whole number from 0 as a string');
/** A whole number above zero. */
export const wholePositive = checked(
  (value): value is string => isWhole(value) && value !== '0',
  'must be a whole number from 1 as a string',
);
export const flag = checked((value): value is boolean => typeof value === 'boolean', 'must be true or false');

/** Longer names say nothing more, and stand on invoices. */
const nameLengthMax = 100;
export const name = checked(
  (value): value is string => typeof value === 'string' && value.length > 0 && value.length <= nameLengthMax,
  `must be a text of 1 to ${nameLengthMax} characters`,
);

/** An instant as JSON writes it: ISO 8601 with `Z` or an offset. */
export const instant = checked(isIso, 'must be an ISO 8601 instant, such as 2026-06-17T09:30:00.000Z');

/** A small whole number from 1, such as a number of periods. */
export const count = (max: number): Field<number> =>
  checked(
    (value): value is number => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max,
    `must be a whole number from 1 to ${max}`,
  );

/** One of a few words. */
export const oneOf = <Word extends string>(...words: readonly Word[]): Field<Word> =>
  checked((value): value is Word => words.some((word) => word === value), `must be one of ${words.join(', ')}`);

/** A field that may be left out. */
export const withDefault =
  <T>(field: Field<T>, fallback: T): Field<T> =>
  (value, path) =>
    value === undefined ? { value: fallback } : field(value, path);

/** A field that may be left out or null, and is null then. */
export const nullable =
  <T>(field: Field<T>): Field<T | null> =>
  (value, path) =>
    value === undefined || value === null ? { value: null } : field(value, path);

/** A list of 1 to `max`. */
export const listOf =
  <T>(field: Field<T>, max: number): Field<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > max)
      return wrong(path, `must be a list of 1 to ${max}`);
    const read = value.map((item, index) => field(item, `${path}.${index}`));
    const errors = read.flatMap((item) => ('errors' in item ? item.errors : []));
    return errors.length > 0 ? { errors } : { value: read.flatMap((item) => ('value' in item ? [item.value] : [])) };
  };

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** An object of exactly these fields. Names that it does not know are refused: a misspelt limit must not be silently without effect. */
export const objectOf =
  <T>(fields: { readonly [K in keyof T]-?: Field<T[K]> }): Field<T> =>
  (value, path) => {
    if (!isRecord(value)) return wrong(path, 'must be an object');
    const names = Object.keys(fields) as (keyof T & string)[];
    const read = names.map((name) => [name, fields[name](own(value, name), below(path, name))] as const);
    const errors = [
      ...unknownFieldErrors(value, names).map((error) => ({ ...error, path: below(path, error.path) })),
      ...read.flatMap(([, field]) => ('errors' in field ? field.errors : [])),
    ];
    if (errors.length > 0) return { errors };
    return { value: Object.fromEntries(read.map(([name, field]) => [name, 'value' in field && field.value])) as T };
  };

/** What an object itself has under a name, never what all objects have. */
const own = (value: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined;

/** A field with a rule over its parts, which is asked only once the parts are sound. */
export const where =
  <T>(field: Field<T>, rule: (value: T, path: string) => readonly FieldError[]): Field<T> =>
  (value, path) => {
    const read = field(value, path);
    if ('errors' in read) return read;
    const errors = rule(read.value, path);
    return errors.length > 0 ? { errors } : read;
  };

/** The `parse` of a pricing model: the parameters, or what is wrong. */
export const parameters =
  <T>(field: Field<T>) =>
  (value: unknown): T | FieldError[] => {
    const read = field(value, '');
    return 'errors' in read ? [...read.errors] : read.value;
  };

const currenciesIn = (list: Amounts): string => Object.keys(list).sort().join(', ');

/** Errors of amounts that do not cover the same currencies as the first of them. */
export function currencyErrors(list: readonly (readonly [path: string, amounts: Amounts | null])[]): FieldError[] {
  const given = list.flatMap(([path, one]) => (one === null ? [] : [{ path, currencies: currenciesIn(one) }]));
  const [first] = given;
  return given
    .filter(({ currencies }) => currencies !== first?.currencies)
    .map(({ path }) => ({ path, message: `must cover the same currencies: ${first?.currencies}` }));
}

/** Errors of a greatest amount that is below the least one, by currency; both cover the same currencies. */
export function orderErrors(least: Amounts | null, most: Amounts | null, path: string): FieldError[] {
  if (least === null || most === null) return [];
  return Object.entries(least)
    .filter(([currency, amount]) => isAbove(amount, most[currency] ?? amount))
    .map(([currency, amount]) => ({
      path: `${path}.${currency}`,
      message: `must not be below the minimum, ${amount}`,
    }));
}
