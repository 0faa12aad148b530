/**
 * The events that a webhook endpoint at Stripe should be registered for: those that a subscription or a refund acts on. Registered for
 * all (`*`), Stripe sends two or three more for every payment, which cost a transaction each and change nothing.
 */
export const webhookEvents = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.requires_action',
  'payment_intent.processing',
  'payment_intent.canceled',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refund.updated',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'payment_method.updated',
  'payment_method.automatically_updated',
] as const;
