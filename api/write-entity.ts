/** Makes and changes seller entities. */
import { createHash } from 'node:crypto';
import { isDuplicate } from '../db/errors';
import type { Queryable } from '../db/pool';
import {
  findEntity,
  insertEntity,
  insertLogo,
  type LogoFacts,
  type NewEntity,
  updateEntity,
} from '../db/queries/entities';
import { readLogo } from '../domain/document/logo';
import { fail } from '../domain/errors';
import { idFromSeed } from '../domain/ids';
import type { z } from '@hono/zod-openapi';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';
import { recordChange } from './record-change';
import { type entityBody, type EntityPatch, presentEntity } from './resources/entity';

type EntityBody = z.output<typeof entityBody>;

interface Picture {
  readonly facts: LogoFacts;
  readonly bytes: Uint8Array;
}

/** @throws PerennialError `validation_failed` on the picture. */
function pictureOf(content: string): Picture {
  const bytes = Buffer.from(content, 'base64');
  const head = readLogo(bytes);
  if (typeof head === 'string') fail('validation_failed', {}, { fields: [{ path: 'logo.content', message: head }] });
  return { facts: { ...head, hash: createHash('sha256').update(bytes).digest('hex') }, bytes };
}

/** A field that is left out keeps its value; null clears it. */
function changed(entity: NewEntity, body: EntityPatch, picture: Picture | null): NewEntity {
  const keep = <T>(told: T | undefined, known: T): T => (told === undefined ? known : told);
  return {
    ...entity,
    legalName: body.legal_name ?? entity.legalName,
    address: keep(body.address, entity.address),
    taxNumbers: body.tax_numbers ?? entity.taxNumbers,
    registrationNumber: keep(body.registration_number, entity.registrationNumber),
    registrationText: keep(body.registration_text, entity.registrationText),
    email: keep(body.email, entity.email),
    phone: keep(body.phone, entity.phone),
    bankDetails: keep(body.bank_details, entity.bankDetails),
    country: keep(body.country, entity.country),
    language: body.language ?? entity.language,
    logo: body.logo === null ? null : (picture?.facts ?? entity.logo),
    accentColor: body.accent_color ?? entity.accentColor,
    footer: keep(body.footer, entity.footer),
  };
}

const blank = {
  address: null,
  taxNumbers: [],
  registrationNumber: null,
  registrationText: null,
  email: null,
  phone: null,
  bankDetails: null,
  country: null,
  language: 'en',
  logo: null,
  accentColor: '#1f3a5f',
  footer: null,
} as const;

async function keepPicture(db: Queryable, tenantId: string, picture: Picture | null): Promise<void> {
  if (picture !== null) await insertLogo(db, tenantId, { ...picture.facts, bytes: picture.bytes });
}

/** The database knows all series; which of the two collides it does not say. */
async function insertOrRefuse(db: Queryable, entity: NewEntity): Promise<void> {
  await insertEntity(db, entity).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
    const message = 'or credit_note_series is the series of another entity';
    fail('validation_failed', {}, { fields: [{ path: 'invoice_series', message }] });
  });
}

/**
 * A new entity with its two series.
 * @throws PerennialError `validation_failed` on the picture or on a series that is taken.
 */
export async function createEntity(c: ApiContext, deps: ApiDependencies, body: EntityBody): Promise<NewEntity> {
  const { tenantId } = tenantOf(c);
  const picture = body.logo ? pictureOf(body.logo.content) : null;
  const id = idFromSeed('ent', c.get('seed'));
  const series = { invoiceSeries: body.invoice_series, creditNoteSeries: body.credit_note_series };
  const entity = changed({ ...blank, ...series, id, tenantId, legalName: body.legal_name }, body, picture);
  await deps.database.transaction(tenantId, async (db) => {
    await keepPicture(db, tenantId, picture);
    await insertOrRefuse(db, entity);
    const after = { legal_name: entity.legalName, ...series };
    await recordChange(db, c, { action: 'entity.create', subjectId: id, after, occurredAt: deps.wallClock() });
  });
  return entity;
}

/** @throws PerennialError `not_found`, `validation_failed` on the picture. */
export async function changeEntity(
  c: ApiContext,
  deps: ApiDependencies,
  entityId: string,
  body: EntityPatch,
): Promise<void> {
  const { tenantId } = tenantOf(c);
  const picture = body.logo ? pictureOf(body.logo.content) : null;
  await deps.database.transaction(tenantId, async (db) => {
    const before = foundOr404(await findEntity(db, tenantId, entityId), 'Entity', entityId);
    await keepPicture(db, tenantId, picture);
    await updateEntity(db, changed(before, body, picture));
    const after = foundOr404(await findEntity(db, tenantId, entityId), 'Entity', entityId);
    await recordChange(db, c, {
      action: 'entity.update',
      subjectId: entityId,
      before: presentEntity(before),
      after: presentEntity(after),
      occurredAt: deps.wallClock(),
    });
  });
}
