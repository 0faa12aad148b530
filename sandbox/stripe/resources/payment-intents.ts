/** Payment intents: one for each thing to be paid, tried as often as it takes, paid at most once. */
import { endpoint } from '../http/endpoint';
import { missing } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { text } from '../http/parameters';
import type { PaymentIntent } from '../state/stored';
import type { World } from '../state/world';
import { cancelIntent } from '../payments/cancel-intent';
import { captureIntent } from '../payments/capture-intent';
import { confirmIntent } from '../payments/confirm-intent';
import { createIntent } from '../payments/create-intent';
import {
  cancelIntentParameters,
  captureIntentParameters,
  confirmIntentParameters,
  createIntentParameters,
  updateIntentParameters,
} from '../payments/payment-intent-parameters';
import { updateIntent } from '../payments/update-intent';

function requireIntent(world: World, id: string): PaymentIntent {
  const intent = world.paymentIntents.get(id);
  if (intent === undefined) throw missing('payment_intent', id, 'intent');
  return intent;
}

const list = { ...listParameters, ...createdRange, customer: text } as const;

export const paymentIntentEndpoints = [
  endpoint('POST', '/v1/payment_intents', createIntentParameters, ({ world, parameters, apiVersion }) =>
    createIntent(world, parameters, apiVersion),
  ),
  endpoint('GET', '/v1/payment_intents', list, ({ world, parameters: { customer, created, ...page } }) => {
    const matching = world.paymentIntents
      .newestFirst()
      .filter((intent) => customer === undefined || intent.customer === customer)
      .filter((intent) => isWithin(intent.created, created));
    return listPage('/v1/payment_intents', matching, page);
  }),
  endpoint('GET', '/v1/payment_intents/:id', { client_secret: text }, ({ world, id }) => requireIntent(world, id)),
  endpoint('POST', '/v1/payment_intents/:id', updateIntentParameters, ({ world, id, parameters, apiVersion }) =>
    updateIntent(world, requireIntent(world, id), parameters, apiVersion),
  ),
  endpoint(
    'POST',
    '/v1/payment_intents/:id/confirm',
    confirmIntentParameters,
    ({ world, id, parameters, apiVersion }) => confirmIntent(world, requireIntent(world, id), parameters, apiVersion),
  ),
  endpoint('POST', '/v1/payment_intents/:id/capture', captureIntentParameters, ({ world, id, parameters }) =>
    captureIntent(world, requireIntent(world, id), parameters),
  ),
  endpoint('POST', '/v1/payment_intents/:id/cancel', cancelIntentParameters, ({ world, id, parameters }) =>
    cancelIntent(world, requireIntent(world, id), parameters.cancellation_reason ?? null),
  ),
];
