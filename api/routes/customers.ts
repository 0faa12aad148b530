/** Customers and what is held for them. */
import { createRoute, z } from '@hono/zod-openapi';
import { balancesOfCustomer } from '../../db/queries/customer-balances';
import { findCustomer, insertCustomer, listCustomers, updateCustomer, type Customer } from '../../db/queries/customers';
import { findEntity } from '../../db/queries/entities';
import { findTestClock } from '../../db/queries/test-clocks';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import type { ProrationPolicy } from '../../domain/proration';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { moneyAnswer, wireMoney } from '../fields';
import { foundOr422 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import { customerAnswer, customerBody, customerExample, customerPatch, presentCustomer } from '../resources/customer';

const tags = ['Customers'];
const id = idParameter(customerExample.id);

const create = createRoute({
  method: 'post',
  path: '/customers',
  tags,
  summary: 'Create a customer',
  request: jsonBody(customerBody),
  responses: { 201: jsonAnswer(customerAnswer, 'The customer.') },
});
const get = createRoute({
  method: 'get',
  path: '/customers/{id}',
  tags,
  summary: 'Read a customer',
  request: id,
  responses: { 200: jsonAnswer(customerAnswer, 'The customer.') },
});
const list = createRoute({
  method: 'get',
  path: '/customers',
  tags,
  summary: 'List customers',
  request: {
    query: z.strictObject({ ...pageFields, email: z.string().optional(), test_clock_id: z.string().optional() }),
  },
  responses: { 200: jsonAnswer(pageAnswer(customerAnswer), 'A page of customers.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/customers/{id}',
  tags,
  summary: 'Change a customer',
  request: { ...id, ...jsonBody(customerPatch) },
  responses: { 200: jsonAnswer(customerAnswer, 'The customer as it then is.') },
});
const balance = createRoute({
  method: 'get',
  path: '/customers/{id}/balance',
  tags,
  summary: 'Read what is held for a customer',
  request: id,
  responses: {
    200: jsonAnswer(
      z.object({ customer_id: z.string(), balances: z.array(moneyAnswer) }).openapi('CustomerBalance', {
        description:
          'Positive: held for the customer and used by the next invoice. Negative: owed by them, too small to charge.',
        example: { customer_id: customerExample.id, balances: [{ amount: '12.34', currency: 'USD' }] },
      }),
      'The balances, one per currency.',
    ),
  },
});

async function customerOrFail({ database }: ApiDependencies, tenantId: string, customerId: string): Promise<Customer> {
  return (
    (await findCustomer(database.as(tenantId), tenantId, customerId)) ??
    fail('not_found', { resource: 'Customer', id: customerId })
  );
}

/** The business time that a new customer begins on; a clock that is not there is a mistake in that field. */
async function clockTime(deps: ApiDependencies, tenantId: string, testClockId: string | null): Promise<number> {
  if (testClockId === null) return deps.wallClock();
  const clock = await findTestClock(deps.database.as(tenantId), tenantId, testClockId);
  return (
    clock?.now ??
    fail(
      'validation_failed',
      {},
      { fields: [{ path: 'test_clock_id', message: 'is not a test clock of this tenant' }] },
    )
  );
}

/** The seller of a body must be one of the tenant's. */
async function assertIsEntity(deps: ApiDependencies, tenantId: string, entityId: string | null): Promise<void> {
  if (entityId === null) return;
  foundOr422(await findEntity(deps.database.as(tenantId), tenantId, entityId), 'entity_id', 'seller entity');
}

async function createCustomer(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof customerBody>,
): Promise<Customer> {
  const { tenantId } = tenantOf(c);
  const testClockId = body.test_clock_id ?? null;
  const customer = {
    id: idFromSeed('cus', c.get('seed')),
    tenantId,
    name: body.name,
    email: body.email ?? null,
    timeZone: body.time_zone ?? null,
    prorationPolicy: (body.proration_policy ?? null) as ProrationPolicy | null,
    testClockId,
    entityId: body.entity_id ?? null,
    consolidatesInvoices: body.consolidate_invoices,
    metadata: body.metadata,
    occurredAt: await clockTime(deps, tenantId, testClockId),
  };
  await assertIsEntity(deps, tenantId, customer.entityId);
  await deps.database.transaction(tenantId, async (db) => {
    await insertCustomer(db, customer);
    const after = { id: customer.id, name: customer.name, test_clock_id: testClockId };
    const event = { type: 'customer.created', customerId: customer.id, data: { customer_id: customer.id } };
    await recordChange(db, c, {
      action: 'customer.create',
      subjectId: customer.id,
      after,
      occurredAt: customer.occurredAt,
      event,
    });
  });
  return customerOrFail(deps, tenantId, customer.id);
}

/** A field that is left out keeps its value; null clears it. */
function patched(customer: Customer, body: z.output<typeof customerPatch>): Customer {
  const { name = customer.name, email = customer.email, metadata = customer.metadata } = body;
  const { time_zone: timeZone = customer.timeZone, proration_policy: policy = customer.prorationPolicy } = body;
  const { entity_id: entityId = customer.entityId } = body;
  const { consolidate_invoices: consolidatesInvoices = customer.consolidatesInvoices } = body;
  const prorationPolicy = policy as ProrationPolicy | null;
  return { ...customer, name, email, metadata, timeZone, entityId, consolidatesInvoices, prorationPolicy };
}

async function changeCustomer(
  c: ApiContext,
  deps: ApiDependencies,
  customerId: string,
  body: z.output<typeof customerPatch>,
): Promise<Customer> {
  const { tenantId } = tenantOf(c);
  const before = await customerOrFail(deps, tenantId, customerId);
  const after = patched(before, body);
  await assertIsEntity(deps, tenantId, body.entity_id ?? null);
  await deps.database.transaction(tenantId, async (db) => {
    await updateCustomer(db, after);
    const event = {
      type: 'customer.updated',
      customerId,
      data: { customer_id: customerId, changed: Object.keys(body) },
    };
    const occurredAt = before.clockNow ?? deps.wallClock();
    await recordChange(db, c, {
      action: 'customer.update',
      subjectId: customerId,
      before: presentCustomer(before),
      after: presentCustomer(after),
      occurredAt,
      event,
    });
  });
  return after;
}

/** Registers the routes of customers. */
export function customers(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) => c.json(presentCustomer(await createCustomer(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) =>
    c.json(presentCustomer(await customerOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { email: query.email, testClockId: query.test_clock_id };
    return c.json(
      wirePage(await listCustomers(database.as(tenantId), tenantId, filters, pageOf(query)), presentCustomer),
      200,
    );
  });
  api.openapi(patch, async (c) => {
    const customer = await changeCustomer(c, deps, c.req.valid('param').id, c.req.valid('json'));
    return c.json(presentCustomer(customer), 200);
  });
  api.openapi(balance, async (c) => {
    const { tenantId } = tenantOf(c);
    const customer = await customerOrFail(deps, tenantId, c.req.valid('param').id);
    const balances = await balancesOfCustomer(database.as(tenantId), tenantId, customer.id);
    return c.json({ customer_id: customer.id, balances: balances.map(wireMoney) }, 200);
  });
}
