/** Customers: made, changed, deleted, listed. */
import type Stripe from 'stripe';
import { endpoint } from '../http/endpoint';
import { missing, missingReference } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { changedMetadata, metadata } from '../http/metadata';
import { clearableObject, clearableText, listOf, object, oneOf, text, type Parsed } from '../http/parameters';
import { newId } from '../state/new-id';
import type { Customer } from '../state/stored';
import type { World } from '../state/world';
import { addressOf, addressParameters, shippingOf, customerShippingParameters } from './address';
import { attachToCustomer, methodReference } from './payment-methods';
import { detachPaymentMethod } from './detach-payment-method';

const parameters = {
  address: clearableObject(addressParameters),
  business_name: text,
  description: clearableText,
  email: clearableText,
  individual_name: text,
  invoice_prefix: text,
  invoice_settings: object({ default_payment_method: clearableText, footer: clearableText }),
  metadata,
  name: clearableText,
  phone: clearableText,
  preferred_locales: listOf(text),
  shipping: clearableObject(customerShippingParameters),
  tax_exempt: oneOf('exempt', 'none', 'reverse'),
} as const;
const createParameters = { ...parameters, payment_method: text } as const;
type Given = Parsed<typeof parameters>;

function requireCustomer(world: World, id: string): Customer {
  const customer = world.customers.get(id);
  if (customer === undefined) throw missing('customer', id);
  return customer;
}

function createCustomer(world: World, { payment_method: method, ...given }: Parsed<typeof createParameters>): Customer {
  const id = newId('cus');
  const customer = world.customers.add({
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: world.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: given.invoice_prefix ?? id.slice(-8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
    ...changesOf({ metadata: {} }, given),
  } satisfies Stripe.Customer);
  world.emit('customer.created', customer);
  if (method !== undefined) attachToCustomer(world, methodReference(world, method), id);
  return customer;
}

/** The members that a request changes, in the customer's own shape. */
function changesOf(present: Pick<Customer, 'metadata'>, given: Given): Partial<Customer> {
  const { address, shipping, invoice_settings: settings, invoice_prefix: _prefix, ...plain } = given;
  const change: Record<string, unknown> = { ...plain };
  if (address !== undefined) change['address'] = address === null ? null : addressOf(address);
  if (shipping !== undefined) change['shipping'] = shipping === null ? null : shippingOf(shipping);
  if (settings !== undefined) {
    change['invoice_settings'] = {
      custom_fields: null,
      default_payment_method: settings.default_payment_method ?? null,
      footer: settings.footer ?? null,
      rendering_options: null,
    };
  }
  change['metadata'] = changedMetadata(present.metadata, given.metadata);
  return change as Partial<Customer>;
}

function updateCustomer(world: World, customer: Customer, given: Given): Customer {
  const method = given.invoice_settings?.default_payment_method;
  if (method !== undefined && method !== null && world.paymentMethods.get(method)?.customer !== customer.id) {
    throw missingReference('payment_method', method, 'invoice_settings[default_payment_method]');
  }
  const change = changesOf(customer, given);
  const previous = Object.fromEntries(Object.keys(change).map((name) => [name, customer[name as keyof Customer]]));
  world.customers.update(customer, change);
  world.emit('customer.updated', customer, previous);
  return customer;
}

function deleteCustomer(world: World, customer: Customer): object {
  for (const method of world.paymentMethods.values()) {
    if (method.customer === customer.id) detachPaymentMethod(world, method);
  }
  world.customers.remove(customer.id);
  world.emit('customer.deleted', customer);
  return world.deletedCustomers.add({ id: customer.id, object: 'customer', deleted: true });
}

export const customerEndpoints = [
  endpoint('POST', '/v1/customers', createParameters, ({ world, parameters: given }) => createCustomer(world, given)),
  endpoint(
    'GET',
    '/v1/customers',
    { ...listParameters, ...createdRange, email: text },
    ({ world, parameters: given }) => {
      const matching = world.customers
        .newestFirst()
        .filter((customer) => given.email === undefined || customer.email === given.email)
        .filter((customer) => isWithin(customer.created, given.created));
      return listPage('/v1/customers', matching, given);
    },
  ),
  endpoint(
    'GET',
    '/v1/customers/:id',
    {},
    ({ world, id }) => world.deletedCustomers.get(id) ?? requireCustomer(world, id),
  ),
  endpoint('POST', '/v1/customers/:id', parameters, ({ world, id, parameters: given }) =>
    updateCustomer(world, requireCustomer(world, id), given),
  ),
  endpoint('DELETE', '/v1/customers/:id', {}, ({ world, id }) => deleteCustomer(world, requireCustomer(world, id))),
];
