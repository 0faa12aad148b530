import type { FileOf } from '../../../api/catalogue/file-types';
import { parseCoupon } from '../../../domain/discount/coupon';
import type { IdOf, KindOf, Reference } from '../kind';

type File = FileOf<'coupon'>;
type Limits = NonNullable<File['limits']>;

const limitKinds = { plans: 'plan', products: 'product', meters: 'meter' } as const;
const limitNames = Object.keys(limitKinds) as (keyof Limits & keyof typeof limitKinds)[];

const referencesOf = ({ limits }: File): Reference[] =>
  limitNames.flatMap((name) =>
    (limits?.[name] ?? []).map((key, index) => ({
      kind: limitKinds[name],
      key,
      field: `limits.${name}.${index}`,
    })),
  );

function limitIds(limits: Limits, idOf: IdOf): object {
  const idsOf = (name: keyof typeof limitKinds) => limits[name]?.map((key) => idOf(limitKinds[name], key)) ?? null;
  return { plan_ids: idsOf('plans'), product_ids: idsOf('products'), meter_ids: idsOf('meters') };
}

const terms = ({ $schema: _schema, codes: _codes, limits, ...rest }: File, idOf: IdOf): object => ({
  ...rest,
  ...(limits ? { limits: limitIds(limits, idOf) } : {}),
});

/** Coupons never change, since what was promised stays; they gain codes, and keep those that no file names. An archived one leaves its key. */
export const coupon: KindOf<'coupon'> = {
  kind: 'coupon',
  folder: 'coupons',
  path: '/coupons',
  identity: 'key',
  changes: 'by parts',
  parts: { path: 'codes', identity: 'code', of: ({ codes }) => codes, body: (code) => ({ code }) },
  faults: ({ $schema: _schema, key: _key, codes: _codes, limits: _limits, ...body }) => {
    const parsed = parseCoupon(body);
    return Array.isArray(parsed) ? parsed : [];
  },
  references: referencesOf,
  body: (file, idOf) => ({ fixed: terms(file, idOf), open: {} }),
  wanted: (file, idOf) => ({ fixed: terms(file, idOf), open: { codes: [...file.codes].sort() } }),
  present: (thing) => {
    const { id: _id, created_at: _at, archived_at: _archived, redemptions: _count, codes, limits, ...rest } = thing;
    const isLimited = Object.values((limits ?? {}) as object).some((list) => list !== null);
    return {
      fixed: { ...rest, ...(isLimited ? { limits } : {}) },
      open: { codes: [...((codes ?? []) as readonly string[])].sort() },
    };
  },
};
