/** Every endpoint of the API: a resource is one file and one line here. */
import type { Endpoint } from './http/endpoint';
import { balanceEndpoints } from './resources/balance';
import { balanceTransactionEndpoints } from './resources/balance-transactions';
import { chargeEndpoints } from './resources/charges';
import { customerEndpoints } from './resources/customers';
import { disputeEndpoints } from './resources/disputes';
import { earlyFraudWarningEndpoints } from './resources/early-fraud-warnings';
import { eventEndpoints } from './resources/events';
import { mandateEndpoints } from './resources/mandates';
import { paymentIntentEndpoints } from './resources/payment-intents';
import { paymentMethodEndpoints } from './resources/payment-methods';
import { payoutEndpoints } from './resources/payouts';
import { refundEndpoints } from './resources/refunds';
import { setupIntentEndpoints } from './resources/setup-intents';
import { taxCalculationEndpoints } from './resources/tax/calculations';
import { taxTransactionEndpoints } from './resources/tax/transactions';
import { webhookEndpointEndpoints } from './resources/webhook-endpoints';

export const endpoints: readonly Endpoint[] = [
  ...balanceEndpoints,
  ...balanceTransactionEndpoints,
  ...chargeEndpoints,
  ...customerEndpoints,
  ...disputeEndpoints,
  ...earlyFraudWarningEndpoints,
  ...eventEndpoints,
  ...mandateEndpoints,
  ...paymentIntentEndpoints,
  ...paymentMethodEndpoints,
  ...payoutEndpoints,
  ...refundEndpoints,
  ...setupIntentEndpoints,
  ...taxCalculationEndpoints,
  ...taxTransactionEndpoints,
  ...webhookEndpointEndpoints,
];
