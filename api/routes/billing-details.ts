/** Who a customer is on an invoice, and what decides their tax. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  findCustomerBilling,
  listTaxNumberChecks,
  updateCustomerBilling,
  type CustomerBilling,
} from '../../db/queries/customer-billing';
import { findCustomer, type Customer } from '../../db/queries/customers';
import { fail } from '../../domain/errors';
import { checkOf, isToBeAskedAgain, type TaxNumberCheck, taxNumberOf } from '../../domain/tax/tax-number';
import type { Instant } from '../../domain/time';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import {
  billingAnswer,
  billingPatch,
  detailsAfter,
  presentBilling,
  presentStoredCheck,
  storedCheckAnswer,
} from '../resources/billing-details';
import { customerExample } from '../resources/customer';

const tags = ['Customers'];
const id = idParameter(customerExample.id);

const get = createRoute({
  method: 'get',
  path: '/customers/{id}/billing-details',
  tags,
  summary: 'Read the billing details of a customer',
  request: id,
  responses: { 200: jsonAnswer(billingAnswer, 'The details, with the last check of the tax number.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/customers/{id}/billing-details',
  tags,
  summary: 'Change the billing details of a customer; a new tax number is asked about at its register',
  request: { ...id, ...jsonBody(billingPatch) },
  responses: { 200: jsonAnswer(billingAnswer, 'The details as they then are.') },
});
const checks = createRoute({
  method: 'get',
  path: '/customers/{id}/tax-number-checks',
  tags,
  summary: 'List what registers said of the tax numbers of a customer',
  request: { ...id, query: z.strictObject(pageFields) },
  responses: { 200: jsonAnswer(pageAnswer(storedCheckAnswer), 'A page of checks.') },
});

async function customerOrFail({ database }: ApiDependencies, tenantId: string, customerId: string): Promise<Customer> {
  return foundOr404(await findCustomer(database.as(tenantId), tenantId, customerId), 'Customer', customerId);
}

/**
 * The check of the number that decides about tax: what is known of it stays; of a new one, the check digits.
 * @throws PerennialError `validation_failed` for a number whose check digits are wrong.
 */
function checkAfter(
  { checkDigits }: ApiDependencies,
  [first]: readonly string[],
  before: TaxNumberCheck | null,
  now: Instant,
): TaxNumberCheck | null {
  const taxNumber = first === undefined ? null : taxNumberOf(first);
  if (taxNumber === null) return null;
  const digits = checkDigits(taxNumber);
  if (digits === 'invalid')
    fail('validation_failed', {}, { fields: [{ path: 'tax_numbers.0', message: 'has wrong check digits' }] });
  return checkOf(taxNumber, digits, { register: 'unknown', consultation: null }, now, before);
}

async function change(
  c: ApiContext,
  deps: ApiDependencies,
  customerId: string,
  body: z.output<typeof billingPatch>,
): Promise<CustomerBilling> {
  const { tenantId } = tenantOf(c);
  const customer = await customerOrFail(deps, tenantId, customerId);
  const now = deps.wallClock();
  return deps.database.transaction(tenantId, async (db) => {
    const before = await findCustomerBilling(db, tenantId, customerId);
    const details = detailsAfter(before.details, body);
    const check = checkAfter(deps, details.tax_numbers ?? [], before.check, now);
    const dueAt = check !== null && isToBeAskedAgain(check) ? now : null;
    await updateCustomerBilling(db, { tenantId, customerId }, { details, check }, dueAt);
    const data = { customer_id: customerId, changed: Object.keys(body).map((field) => `billing.${field}`) };
    await recordChange(db, c, {
      action: 'customer.billing_details.update',
      subjectId: customerId,
      before: before.details,
      after: details,
      occurredAt: customer.clockNow ?? now,
      event: { type: 'customer.updated', customerId, data },
    });
    return { details, check };
  });
}

/** Registers the routes of billing details. */
export function billingDetails(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: customerId } = await customerOrFail(deps, tenantId, c.req.valid('param').id);
    const billing = await findCustomerBilling(database.as(tenantId), tenantId, customerId);
    return c.json(presentBilling(customerId, billing), 200);
  });
  api.openapi(patch, async (c) => {
    const customerId = c.req.valid('param').id;
    return c.json(presentBilling(customerId, await change(c, deps, customerId, c.req.valid('json'))), 200);
  });
  api.openapi(checks, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: customerId } = await customerOrFail(deps, tenantId, c.req.valid('param').id);
    const page = pageOf(c.req.valid('query'));
    const found = await listTaxNumberChecks(database.as(tenantId), tenantId, { customerId }, page);
    return c.json(wirePage(found, presentStoredCheck), 200);
  });
}
