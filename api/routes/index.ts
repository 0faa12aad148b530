/** The registry of resources: one line each. */
import type { Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { apiKeys } from './api-keys';
import { billingDetails } from './billing-details';
import { chains } from './chains';
import { couponAttachments } from './coupon-attachments';
import { coupons } from './coupons';
import { creditNotes } from './credit-notes';
import { customers } from './customers';
import { disputes } from './disputes';
import { documents } from './documents';
import { entities } from './entities';
import { entityTax } from './entity-tax';
import { entitlements } from './entitlements';
import { events } from './events';
import { feeSchedules } from './fee-schedules';
import { features } from './features';
import { health } from './health';
import { invoices } from './invoices';
import { ledger } from './ledger';
import { meters } from './meters';
import { paymentMethods } from './payment-methods';
import { payments } from './payments';
import { planMigrations } from './plan-migrations';
import { plans } from './plans';
import { previews } from './previews';
import { prices } from './prices';
import { pricing } from './pricing';
import { products } from './products';
import { recognition } from './recognition';
import { refunds } from './refunds';
import { reservations } from './reservations';
import { revenueStreams } from './revenue-streams';
import { revenueTargets } from './revenue-targets';
import { settlements } from './settlements';
import { subscriptionItems } from './subscription-items';
import { subscriptions } from './subscriptions';
import { tax } from './tax';
import { tenants } from './tenants';
import { testClocks } from './test-clocks';
import { transfers } from './transfers';
import { usageEvents, usageIntake } from './usage-events';
import { wallets } from './wallets';
import { webhooks } from './webhooks';

type Register = (api: Api, deps: ApiDependencies) => void;

/** Answered without a key. */
export const openRoutes = { health, webhooks } as const satisfies Record<string, Register>;

/** Answered to the holder of a key, in any content type and without keeping the answer. */
export const intakeRoutes = { usageIntake } as const satisfies Record<string, Register>;

/** Answered to the holder of a key. */
export const routes = {
  tenants,
  apiKeys,
  testClocks,
  entities,
  entityTax,
  customers,
  billingDetails,
  coupons,
  couponAttachments,
  tax,
  paymentMethods,
  products,
  prices,
  pricing,
  plans,
  planMigrations,
  feeSchedules,
  revenueStreams,
  revenueTargets,
  subscriptions,
  subscriptionItems,
  previews,
  invoices,
  documents,
  payments,
  refunds,
  disputes,
  meters,
  usageEvents,
  features,
  entitlements,
  reservations,
  creditNotes,
  wallets,
  settlements,
  transfers,
  chains,
  ledger,
  recognition,
  events,
} as const satisfies Record<string, Register>;
