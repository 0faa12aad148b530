/** The registry of kinds. A new kind is one file, one line here, and one in api/catalogue/file-types.ts. */
import type { CatalogueKind } from '../../../api/catalogue/file-types';
import type { AnyKind, KindOf } from '../kind';
import { coupon } from './coupon';
import { feature } from './feature';
import { feeSchedule } from './fee-schedule';
import { meter } from './meter';
import { plan } from './plan';
import { product } from './product';
import { stream } from './stream';
import { target } from './target';

/** In the order in which things are made: what is named comes before what names it. */
const registry = {
  stream,
  target,
  product,
  meter,
  feature,
  plan,
  coupon,
  'fee-schedule': feeSchedule,
} as const satisfies { readonly [Kind in CatalogueKind]: KindOf<Kind> };

/** All kinds, in the order in which things are made. */
export const kinds = Object.values(registry) as readonly unknown[] as readonly AnyKind[];

/** The kind of a name. */
export const kindNamed = (name: CatalogueKind): AnyKind => registry[name] as unknown as AnyKind;
