/** The types of the official package that answers and requests are checked against, by the name that the checks use. */
import type Stripe from 'stripe';

export interface AnswerTypes {
  balance: Stripe.Balance;
  balance_transaction: Stripe.BalanceTransaction;
  charge: Stripe.Charge;
  customer: Stripe.Customer;
  dispute: Stripe.Dispute;
  mandate: Stripe.Mandate;
  payment_intent: Stripe.PaymentIntent;
  payment_method: Stripe.PaymentMethod;
  payout: Stripe.Payout;
  refund: Stripe.Refund;
  setup_attempt: Stripe.SetupAttempt;
  setup_intent: Stripe.SetupIntent;
  'tax.calculation': Stripe.Tax.Calculation;
  'tax.calculation_line_item': Stripe.Tax.CalculationLineItem;
  'tax.transaction': Stripe.Tax.Transaction;
  webhook_endpoint: Stripe.WebhookEndpoint;
  'radar.early_fraud_warning': Stripe.Radar.EarlyFraudWarning;
  deleted_customer: Stripe.DeletedCustomer;
  deleted_webhook_endpoint: Stripe.DeletedWebhookEndpoint;
}

/** By method and path of the endpoint. */
export interface RequestTypes {
  'GET /v1/balance_transactions': Stripe.BalanceTransactionListParams;
  'GET /v1/charges': Stripe.ChargeListParams;
  'POST /v1/charges/:id': Stripe.ChargeUpdateParams;
  'POST /v1/customers': Stripe.CustomerCreateParams;
  'GET /v1/customers': Stripe.CustomerListParams;
  'POST /v1/customers/:id': Stripe.CustomerUpdateParams;
  'GET /v1/customers/:id/payment_methods': Stripe.CustomerListPaymentMethodsParams;
  'GET /v1/disputes': Stripe.DisputeListParams;
  'POST /v1/disputes/:id': Stripe.DisputeUpdateParams;
  'GET /v1/events': Stripe.EventListParams;
  'POST /v1/payment_intents': Stripe.PaymentIntentCreateParams;
  'GET /v1/payment_intents': Stripe.PaymentIntentListParams;
  'GET /v1/payment_intents/:id': Stripe.PaymentIntentRetrieveParams;
  'POST /v1/payment_intents/:id': Stripe.PaymentIntentUpdateParams;
  'POST /v1/payment_intents/:id/confirm': Stripe.PaymentIntentConfirmParams;
  'POST /v1/payment_intents/:id/capture': Stripe.PaymentIntentCaptureParams;
  'POST /v1/payment_intents/:id/cancel': Stripe.PaymentIntentCancelParams;
  'POST /v1/payment_methods': Stripe.PaymentMethodCreateParams;
  'GET /v1/payment_methods': Stripe.PaymentMethodListParams;
  'POST /v1/payment_methods/:id': Stripe.PaymentMethodUpdateParams;
  'POST /v1/payment_methods/:id/attach': Stripe.PaymentMethodAttachParams;
  'POST /v1/payouts': Stripe.PayoutCreateParams;
  'GET /v1/payouts': Stripe.PayoutListParams;
  'POST /v1/payouts/:id': Stripe.PayoutUpdateParams;
  'POST /v1/refunds': Stripe.RefundCreateParams;
  'GET /v1/refunds': Stripe.RefundListParams;
  'POST /v1/refunds/:id': Stripe.RefundUpdateParams;
  'GET /v1/radar/early_fraud_warnings': Stripe.Radar.EarlyFraudWarningListParams;
  'GET /v1/setup_attempts': Stripe.SetupAttemptListParams;
  'POST /v1/setup_intents': Stripe.SetupIntentCreateParams;
  'GET /v1/setup_intents': Stripe.SetupIntentListParams;
  'GET /v1/setup_intents/:id': Stripe.SetupIntentRetrieveParams;
  'POST /v1/setup_intents/:id': Stripe.SetupIntentUpdateParams;
  'POST /v1/setup_intents/:id/confirm': Stripe.SetupIntentConfirmParams;
  'POST /v1/setup_intents/:id/cancel': Stripe.SetupIntentCancelParams;
  'POST /v1/tax/calculations': Stripe.Tax.CalculationCreateParams;
  'GET /v1/tax/calculations/:id/line_items': Stripe.Tax.CalculationListLineItemsParams;
  'POST /v1/tax/transactions/create_from_calculation': Stripe.Tax.TransactionCreateFromCalculationParams;
  'POST /v1/tax/transactions/create_reversal': Stripe.Tax.TransactionCreateReversalParams;
  'POST /v1/webhook_endpoints': Stripe.WebhookEndpointCreateParams;
  'GET /v1/webhook_endpoints': Stripe.WebhookEndpointListParams;
  'POST /v1/webhook_endpoints/:id': Stripe.WebhookEndpointUpdateParams;
}
