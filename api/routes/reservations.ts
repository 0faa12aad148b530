/** Reservations: a part of an allowance held for one caller until its usage is known. */
import { createRoute, z } from '@hono/zod-openapi';
import { findCustomer } from '../../db/queries/customers';
import { listReservations, type Reservation } from '../../db/queries/entitlement-reservations';
import type { MeteredPart } from '../../db/transactions/entitlement-standing';
import { type Reserved, reserveEntitlement } from '../../db/transactions/reserve-entitlement';
import { releaseReservation } from '../../db/transactions/settle-reservation';
import { remainingOf } from '../../domain/entitlements/check';
import { fail, PerennialError } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { isAbove } from '../../domain/pricing/exact';
import { type Instant, secondMs } from '../../domain/time';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { commitWith } from '../commit-reservation';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr422 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { reservationOr404 } from '../reservation-or-404';
import {
  commitBody,
  presentReservation,
  reservationAnswer,
  reservationBody,
  reservationExample,
  statusAt,
} from '../resources/reservation';
import { featureOr422 } from './entitlements';

const tags = ['Entitlements'];
const id = idParameter(reservationExample.id);

const create = createRoute({
  method: 'post',
  path: '/entitlements/reservations',
  tags,
  summary: 'Reserve a part of what is left of a metered feature',
  description: 'Two callers never get the same unit. What does not fit answers 429, a feature that is not granted 403.',
  request: jsonBody(reservationBody),
  responses: {
    201: jsonAnswer(reservationAnswer, 'The reservation. It counts as used until it is committed, released or over.'),
  },
});
const list = createRoute({
  method: 'get',
  path: '/entitlements/reservations',
  tags,
  summary: 'List reservations',
  request: {
    query: z.strictObject({ ...pageFields, customer_id: z.string().optional(), feature: z.string().optional() }),
  },
  responses: { 200: jsonAnswer(pageAnswer(reservationAnswer), 'A page of reservations.') },
});
const get = createRoute({
  method: 'get',
  path: '/entitlements/reservations/{id}',
  tags,
  summary: 'Read a reservation',
  request: id,
  responses: { 200: jsonAnswer(reservationAnswer, 'The reservation.') },
});
const commit = createRoute({
  method: 'post',
  path: '/entitlements/reservations/{id}/commit',
  tags,
  summary: 'Put usage events in the place of a reservation',
  description: 'The events are taken in and the reservation ends in one transaction: nothing counts twice.',
  request: { ...id, ...jsonBody(commitBody) },
  responses: { 200: jsonAnswer(reservationAnswer, 'The reservation with its events.') },
});
const release = createRoute({
  method: 'post',
  path: '/entitlements/reservations/{id}/release',
  tags,
  summary: 'Give a reservation back',
  request: id,
  responses: { 200: jsonAnswer(reservationAnswer, 'The reservation.') },
});

/** What others hold is free again after a minute, unless they said more; what was used only when the allowance begins anew. */
const heldAgainSeconds = 60;

/** When trying again may help, in seconds; 0: nobody can say. On a test clock, as if its time went on like ours. */
function retryAfter({ reserved, resetsAt }: MeteredPart, now: Instant): number {
  const untilReset = resetsAt === null ? 0 : Math.max(1, Math.ceil((resetsAt - now) / secondMs));
  if (!isAbove(reserved, '0')) return untilReset;
  return untilReset === 0 ? heldAgainSeconds : Math.min(untilReset, heldAgainSeconds);
}

/** @throws PerennialError always. */
function refuse(
  { verdict, metered, now }: Extract<Reserved, { kind: 'refused' }>,
  { feature, quantity: requested }: z.output<typeof reservationBody>,
): never {
  if (metered === null) return fail('entitlement_missing', { feature, reason: verdict.reason.replaceAll('_', ' ') });
  const facts = { feature, requested, remaining: remainingOf(metered) ?? '0' };
  const retryAfterSeconds = retryAfter(metered, now);
  throw new PerennialError('entitlement_limit_reached', {
    ...facts,
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
  });
}

async function reserve(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof reservationBody>,
): Promise<Reservation> {
  const { tenantId } = tenantOf(c);
  const { database } = deps;
  const { customer_id: customerId, feature: key, quantity } = body;
  const feature = await featureOr422(deps, tenantId, key);
  foundOr422(feature.type === 'metered' ? feature : null, 'feature', 'metered feature');
  foundOr422(await findCustomer(database.as(tenantId), tenantId, customerId), 'customer_id', 'customer');
  const outcome = await reserveEntitlement(database, {
    tenantId,
    id: idFromSeed('rsv', c.get('seed')),
    customerId,
    feature: key,
    quantity,
    heldMs: body.expires_in_seconds * secondMs,
    wallClock: deps.wallClock(),
  });
  if (outcome.kind === 'reserved') return outcome.reservation;
  return refuse(outcome, body);
}

async function giveBack(deps: ApiDependencies, tenantId: string, reservationId: string): Promise<Reservation> {
  const reservation = await reservationOr404(deps, tenantId, reservationId);
  const now = reservation.clockNow ?? deps.wallClock();
  const isReleased = await releaseReservation(deps.database, reservation, now);
  const after = await reservationOr404(deps, tenantId, reservationId);
  // Giving back twice is no mistake.
  if (!isReleased && after.status !== 'released')
    fail('reservation_not_held', { reservationId, status: statusAt(after, now) });
  return after;
}

/** Registers the routes of reservations. */
export function reservations(api: Api, deps: ApiDependencies): void {
  const present = (reservation: Reservation) => presentReservation(reservation, deps.wallClock());
  api.openapi(create, async (c) => c.json(present(await reserve(c, deps, c.req.valid('json'))), 201));
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { customerId: query.customer_id, feature: query.feature };
    const page = await listReservations(deps.database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, present), 200);
  });
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: reservationId } = c.req.valid('param');
    return c.json(present(await reservationOr404(deps, tenantId, reservationId)), 200);
  });
  api.openapi(commit, async (c) => {
    const { id: reservationId } = c.req.valid('param');
    return c.json(present(await commitWith(deps, tenantOf(c).tenantId, reservationId, c.req.valid('json'))), 200);
  });
  api.openapi(release, async (c) =>
    c.json(present(await giveBack(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
}
