import type { FileOf } from '../../../api/catalogue/file-types';
import { priceErrors } from '../../../api/check-price';
import { inlinePriceField } from '../../../api/resources/catalogue';
import { sayingNothing } from '../compare';
import type { IdOf, KindOf, Reference } from '../kind';

type Fields = Readonly<Record<string, unknown>>;

/** What the engine shows of a price: what a request can say of it, with the id of the meter in place of its name. */
const priceFields = [...Object.keys(inlinePriceField.shape), 'meter_id'];

const asFields = (value: unknown): Fields => (value ?? {}) as Fields;
const listOf = (value: unknown): readonly Fields[] => (value ?? []) as readonly Fields[];

/** As the engine shows a price. A price without a stream of its own is content with what it got from its product. */
function wantedPrice(price: Fields, idOf: IdOf): Fields {
  const { meter, ...rest } = price;
  return typeof meter === 'string' ? { ...rest, meter_id: idOf('meter', meter) } : rest;
}

/** What the engine fills in where a price says nothing. */
const priceDefaults = ({ meter, stream }: Fields, present: Fields): Fields => ({
  timing: meter === undefined ? 'in_advance' : 'in_arrears',
  skip_zero_usage: false,
  ...(stream === undefined ? { stream: present['stream'] } : {}),
});

function presentPrice(present: Fields, price: Fields = {}): Fields {
  const known = Object.fromEntries(priceFields.map((name) => [name, present[name]]));
  return sayingNothing(known, price, priceDefaults(price, present));
}

/** What the engine fills in where an entitlement says nothing. */
const entitlementDefaults: Fields = {
  enabled: true,
  reset: 'billing_period',
  limit_type: 'hard',
  overage: 'refused',
  thresholds: [80, 100],
  per_unit: false,
};

/** The type comes from the feature. */
const presentEntitlement = ({ type: _type, ...present }: Fields, granted: Fields = {}): Fields =>
  sayingNothing(present, granted, entitlementDefaults);

/** What the engine fills in where a version says nothing. */
const versionDefaults: Fields = { seats: { added: 'at_once', removed: 'credit' } };

/** A phase names prices by their place among those of the version; the engine answers their ids. */
function presentPhase({ overrides, ...phase }: Fields, prices: readonly Fields[]): Fields {
  const indexed = listOf(overrides).map(({ price_id, ...override }) => ({
    ...override,
    price_index: prices.findIndex(({ id }) => id === price_id),
  }));
  return { ...phase, overrides: indexed };
}

const metersOf = ({ prices }: FileOf<'plan'>): Reference[] =>
  prices.flatMap((price, index): Reference[] => {
    const { meter } = asFields(price);
    return typeof meter === 'string' ? [{ kind: 'meter', key: meter, field: `prices.${index}.meter` }] : [];
  });

const featuresOf = (file: FileOf<'plan'>): Reference[] =>
  file.entitlements.map(({ feature }, index) => ({
    kind: 'feature',
    key: feature,
    field: `entitlements.${index}.feature`,
  }));

function currentOf(plan: Fields): Fields {
  return listOf(plan['versions']).find(({ version }) => version === plan['current_version']) ?? {};
}

export const plan: KindOf<'plan'> = {
  kind: 'plan',
  folder: 'plans',
  path: '/plans',
  identity: 'code',
  changes: 'new version',
  faults: ({ prices }) => prices.flatMap((price, index) => priceErrors(price, `prices.${index}.`)),
  references: (file) => [
    { kind: 'product', key: file.product, field: 'product' },
    ...metersOf(file),
    ...featuresOf(file),
  ],
  body: ({ $schema: _schema, code, name, product, ...version }, idOf) => ({
    fixed: { code, name, product_id: idOf('product', product) },
    open: version,
  }),
  wanted: ({ $schema: _schema, code, name, product, prices, ...version }, idOf) => ({
    fixed: { code, name, product_id: idOf('product', product) },
    open: { ...version, prices: prices.map((price) => wantedPrice(price, idOf)) },
  }),
  present: (thing, file) => {
    const { code, name, product_id } = thing;
    const { version: _version, created_at: _at, entitlements, trial, phases, ...version } = currentOf(thing);
    const prices = listOf(version['prices']);
    const granted = listOf(asFields(file)['entitlements']);
    return {
      fixed: { code, name, product_id },
      open: {
        ...sayingNothing(version, asFields(file), versionDefaults),
        trial: sayingNothing(asFields(trial), asFields(file.trial), { usage: 'free' }),
        phases: listOf(phases).map((phase) => presentPhase(phase, prices)),
        prices: prices.map((price, index) => presentPrice(price, file.prices[index])),
        entitlements: listOf(entitlements).map((one, index) => presentEntitlement(one, granted[index])),
      },
    };
  },
};
