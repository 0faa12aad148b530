/** Early fraud warnings: a bank reports a charge as fraud before anybody disputes it. Time to refund, if one wants to. */
import type Stripe from 'stripe';
import { endpoint } from '../http/endpoint';
import { missing } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { text } from '../http/parameters';
import { newId } from '../state/new-id';
import type { Charge, EarlyFraudWarning } from '../state/stored';
import type { World } from '../state/world';

export function warnOfFraud(world: World, charge: Charge): EarlyFraudWarning {
  const warning = world.earlyFraudWarnings.add({
    id: newId('issfr'),
    object: 'radar.early_fraud_warning',
    actionable: true,
    charge: charge.id,
    created: world.now(),
    fraud_type: 'made_with_stolen_card',
    livemode: false,
    ...(charge.payment_intent === null ? {} : { payment_intent: charge.payment_intent }),
  } satisfies Stripe.Radar.EarlyFraudWarning);
  world.emit('radar.early_fraud_warning.created', warning);
  return warning;
}

const filters = { ...listParameters, ...createdRange, charge: text, payment_intent: text } as const;

export const earlyFraudWarningEndpoints = [
  endpoint('GET', '/v1/radar/early_fraud_warnings', filters, ({ world, parameters }) => {
    const { charge, payment_intent, created, ...page } = parameters;
    const matching = world.earlyFraudWarnings
      .newestFirst()
      .filter((warning) => charge === undefined || warning.charge === charge)
      .filter((warning) => payment_intent === undefined || warning.payment_intent === payment_intent)
      .filter((warning) => isWithin(warning.created, created));
    return listPage('/v1/radar/early_fraud_warnings', matching, page);
  }),
  endpoint('GET', '/v1/radar/early_fraud_warnings/:id', {}, ({ world, id }) => {
    const warning = world.earlyFraudWarnings.get(id);
    if (warning === undefined) throw missing('early_fraud_warning', id, 'early_fraud_warning');
    return warning;
  }),
];
