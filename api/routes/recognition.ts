/** Recognition of revenue: closes of months, the waterfall of what is deferred, and when it will be released. */
import { createRoute, z } from '@hono/zod-openapi';
import { findRevenueClose, listRevenueCloses } from '../../db/queries/revenue-closes';
import { revenueSchedule } from '../../db/reports/revenue-schedule';
import { revenueWaterfall } from '../../db/reports/revenue-waterfall';
import { fail } from '../../domain/errors';
import { monthsBetween, type Month } from '../../domain/recognition/month';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { closeRevenue, nowOfBooks } from '../close-revenue';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { currencyField } from '../fields';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import {
  closeAnswer,
  closeBody,
  closeExample,
  monthField,
  presentClose,
  presentSchedule,
  presentWaterfall,
  scheduleAnswer,
  waterfallAnswer,
} from '../resources/recognition';

const tags = ['Revenue'];

/** Five years: an answer stays readable, and its statement in the milliseconds. */
const waterfallMonthsMax = 60;

const create = createRoute({
  method: 'post',
  path: '/revenue-closes',
  tags,
  summary: 'Close the revenue of a month',
  description: 'Closes the open months before it, too. Months close by themselves; this is for who does not wait.',
  request: jsonBody(closeBody),
  responses: {
    200: jsonAnswer(closeAnswer, 'The month was closed before; nothing was posted.'),
    201: jsonAnswer(closeAnswer, 'The close, with what it posted.'),
  },
});
const get = createRoute({
  method: 'get',
  path: '/revenue-closes/{id}',
  tags,
  summary: 'Read a close of revenue',
  request: idParameter(closeExample.id),
  responses: { 200: jsonAnswer(closeAnswer, 'The close.') },
});
const list = createRoute({
  method: 'get',
  path: '/revenue-closes',
  tags,
  summary: 'List the closes of revenue',
  request: {
    query: z.strictObject({ ...pageFields, month: monthField.optional(), test_clock_id: z.string().optional() }),
  },
  responses: { 200: jsonAnswer(pageAnswer(closeAnswer), 'A page of closes.') },
});
const readWaterfall = createRoute({
  method: 'get',
  path: '/ledger/revenue-waterfall',
  tags,
  summary: 'Read how deferred revenue came and went, by month and stream',
  description:
    'opening + billed − recognized + adjustments = closing, from the postings of all books, test clocks too.',
  request: { query: z.strictObject({ from: monthField, to: monthField, currency: currencyField.optional() }) },
  responses: { 200: jsonAnswer(waterfallAnswer, 'The waterfall, by month and stream.') },
});
const readSchedule = createRoute({
  method: 'get',
  path: '/ledger/revenue-schedule',
  tags,
  summary: 'Read when what is deferred will become revenue',
  description: 'Of the books in real time, or of those on a test clock.',
  request: { query: z.strictObject({ test_clock_id: z.string().optional() }) },
  responses: { 200: jsonAnswer(scheduleAnswer, 'What each close to come will release.') },
});

function refuseRange(from: Month, to: Month): void {
  const refuse = (message: string) => fail('validation_failed', {}, { fields: [{ path: 'to', message }] });
  if (to < from) refuse('must not be before from');
  // Years first: a list of all months of a millennium is not made to be counted.
  const years = Number.parseInt(to, 10) - Number.parseInt(from, 10);
  if (years > waterfallMonthsMax / 12 || monthsBetween(from, to).length > waterfallMonthsMax)
    refuse(`must be within ${waterfallMonthsMax} months of from`);
}

/** Registers the routes of revenue recognition. */
export function recognition(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) => {
    const { month, test_clock_id: clockId = null } = c.req.valid('json');
    const { close, created } = await closeRevenue(c, deps, clockId, month);
    return created ? c.json(presentClose(close), 201) : c.json(presentClose(close), 200);
  });
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    const found = await findRevenueClose(database.as(tenantId), tenantId, id);
    return c.json(presentClose(foundOr404(found, 'Revenue close', id)), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { month: query.month, testClockId: query.test_clock_id };
    const page = await listRevenueCloses(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentClose), 200);
  });
  api.openapi(readWaterfall, async (c) => {
    const { tenantId } = tenantOf(c);
    const { from, to, currency = null } = c.req.valid('query');
    refuseRange(from, to);
    return c.json(
      presentWaterfall(await revenueWaterfall(database.as(tenantId), tenantId, { from, to, currency })),
      200,
    );
  });
  api.openapi(readSchedule, async (c) => {
    const { tenantId } = tenantOf(c);
    const { test_clock_id: clockId = null } = c.req.valid('query');
    await nowOfBooks(deps, { tenantId, clockId });
    return c.json(presentSchedule(await revenueSchedule(database, { tenantId, clockId }), clockId), 200);
  });
}
