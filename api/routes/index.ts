/** The registry of resources: one line each. */
import type { Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { apiKeys } from './api-keys';
import { customers } from './customers';
import { health } from './health';
import { invoices } from './invoices';
import { plans } from './plans';
import { prices } from './prices';
import { products } from './products';
import { subscriptions } from './subscriptions';
import { tenants } from './tenants';

type Register = (api: Api, deps: ApiDependencies) => void;

/** Answered without a key. */
export const openRoutes = { health } as const satisfies Record<string, Register>;

/** Answered to the holder of a key. */
export const routes = {
  tenants,
  apiKeys,
  customers,
  products,
  prices,
  plans,
  subscriptions,
  invoices,
} as const satisfies Record<string, Register>;
