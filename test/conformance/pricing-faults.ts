/** Faulty parameters made from sound ones, one fault at a time, with the path at which it must be found. */
import { isCurrency } from '../../domain/money';

export interface Fault {
  readonly what: string;
  readonly parameters: unknown;
  readonly path: string;
}

type Path = readonly string[];

function replaced(value: unknown, [first, ...rest]: Path, part: unknown): unknown {
  if (first === undefined) return part;
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...(value as object) };
  copy[first] = replaced(copy[first], rest, part);
  return copy;
}

/** Every part of the parameters, with its path. */
function partsOf(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [{ path, value }, ...inner.flatMap(([name, part]) => partsOf(part, [...path, name]))];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAmounts = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.keys(value).length > 0 && Object.keys(value).every(isCurrency);

const badAmounts: readonly (readonly [string, unknown])[] = [
  ['a negative amount', { USD: '-1.00' }],
  ['a JS number as amount', { USD: 49 }],
  ['an exponent', { USD: '1e2' }],
  ['an unknown currency', { usd: '1.00' }],
  ['no currency', {}],
  ['a list for amounts', ['1.00']],
  ['more places than any token has', { USD: '0.0000000000000000001' }],
];

/** A part of the wrong type. A text is never a number or a list, a flag never a text. */
const badParts = (value: unknown): readonly (readonly [string, unknown])[] => {
  if (typeof value === 'string')
    return [
      ['a JS number', 7],
      ['a list', []],
    ];
  if (typeof value === 'boolean') return [['a text for a flag', 'yes']];
  if (Array.isArray(value))
    return [
      ['an empty list', []],
      ['an object for a list', {}],
    ];
  return isAmounts(value) ? badAmounts : [];
};

/** One fault for each way in which each part of the parameters can be wrong. */
export function faultsOf(parameters: unknown): Fault[] {
  return partsOf(parameters).flatMap(({ path, value }) => {
    const at = path.join('.');
    const wrong = badParts(value).map(([what, part]) => ({
      what: `${what} at ${at}`,
      parameters: replaced(parameters, path, part),
      path: at,
    }));
    if (!isObject(value)) return wrong;
    const unknown = [...path, 'discont'];
    return [
      ...wrong,
      {
        what: `an unknown field at ${at === '' ? 'the top' : at}`,
        parameters: replaced(parameters, unknown, '1'),
        path: unknown.join('.'),
      },
    ];
  });
}

/** The parameters, each time with one currency missing in one place where others have it. */
export function withoutOneCurrency(parameters: unknown): unknown[] {
  const lists = partsOf(parameters).filter(({ value }) => isAmounts(value) && Object.keys(value).length > 1);
  if (lists.length < 2) return [];
  return lists.map(({ path, value }) =>
    replaced(parameters, path, Object.fromEntries(Object.entries(value as object).slice(1))),
  );
}
