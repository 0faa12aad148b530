/** Every endpoint of the API: a resource is one file and one line here. */
import type { Endpoint } from './http/endpoint';
import { balanceTransactionEndpoints } from './resources/balance-transactions';
import { chargeEndpoints } from './resources/charges';
import { customerEndpoints } from './resources/customers';
import { eventEndpoints } from './resources/events';
import { paymentIntentEndpoints } from './resources/payment-intents';
import { paymentMethodEndpoints } from './resources/payment-methods';
import { refundEndpoints } from './resources/refunds';
import { setupIntentEndpoints } from './resources/setup-intents';
import { webhookEndpointEndpoints } from './resources/webhook-endpoints';

export const endpoints: readonly Endpoint[] = [
  ...balanceTransactionEndpoints,
  ...chargeEndpoints,
  ...customerEndpoints,
  ...eventEndpoints,
  ...paymentIntentEndpoints,
  ...paymentMethodEndpoints,
  ...refundEndpoints,
  ...setupIntentEndpoints,
  ...webhookEndpointEndpoints,
];
