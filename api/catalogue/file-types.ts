/**
 * What a file of a catalogue holds: the body with which the API makes the thing, with codes in place of ids. Made of the very types that
 * the API checks bodies with, so that a file can say what a request can.
 */
import { z } from '@hono/zod-openapi';
import type { ZodObject, ZodRawShape } from 'zod';
import { codeField, planBody, inlinePriceField, productBody } from '../resources/catalogue';
import { couponBody } from '../resources/coupon';
import { featureBody } from '../resources/feature';
import { feeScheduleBody } from '../resources/fee-schedule';
import { meterBody } from '../resources/meter';
import { revenueStreamBody, revenueTargetBody } from '../resources/revenue';

/** Every file names the schema of its kind, so that editors complete and check it. */
const schemaField = (kind: string) =>
  z
    .string()
    .regex(new RegExp(`(^|/)${kind}\\.json$`), `must name the schema ${kind}.json`)
    .openapi({ description: 'Where the schema of this file is.', example: `../../../docs/schemas/${kind}.json` });

const fileOf = <Shape extends ZodRawShape>(kind: string, body: ZodObject<Shape>) =>
  z.strictObject({ $schema: schemaField(kind), ...body.shape });

const codeOf = (thing: string) =>
  codeField.openapi({ description: `The code of a ${thing} of this catalogue or of the engine.` });

const productFile = fileOf('product', productBody.extend({ code: codeField }));
const meterFile = fileOf('meter', meterBody);
const featureFile = fileOf(
  'feature',
  featureBody.omit({ meter_id: true }).extend({ meter: codeOf('meter').nullish() }),
);
const planFile = fileOf(
  'plan',
  planBody.omit({ product_id: true }).extend({
    product: codeOf('product'),
    prices: z.array(inlinePriceField).min(1).max(20),
  }),
);
const codesOf = (thing: string) =>
  z
    .array(codeField)
    .nullish()
    .openapi({ description: `Codes of ${thing}.` });

const couponFile = fileOf(
  'coupon',
  couponBody.extend({
    key: codeField,
    limits: z
      .strictObject({ plans: codesOf('plans'), products: codesOf('products'), meters: codesOf('meters') })
      .nullish()
      .openapi({ description: 'Only lines that every given list names are lowered.' }),
    codes: z
      .array(z.string().regex(/^[A-Z0-9][A-Z0-9_-]{0,63}$/, 'must be upper-case letters, digits, _ or -'))
      .default([])
      .openapi({ description: 'What customers type to redeem it.', examples: [['SPRING26']] }),
  }),
);
const feeScheduleFile = fileOf('fee-schedule', feeScheduleBody);
const streamFile = fileOf('stream', revenueStreamBody);
const targetFile = fileOf('target', revenueTargetBody);

/** The kinds of files, in the order in which they are made: what is named comes before what names it. */
export const fileTypes = {
  stream: streamFile,
  target: targetFile,
  product: productFile,
  meter: meterFile,
  feature: featureFile,
  plan: planFile,
  coupon: couponFile,
  'fee-schedule': feeScheduleFile,
} as const;

export type CatalogueKind = keyof typeof fileTypes;
export const catalogueKinds = Object.keys(fileTypes) as CatalogueKind[];

/** The content of a file that was checked, defaults filled in. */
export type FileOf<Kind extends CatalogueKind> = z.output<(typeof fileTypes)[Kind]>;
