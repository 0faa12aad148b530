/** Charges: read, listed, and their words changed. They are made by payment intents only. */
import { endpoint } from '../http/endpoint';
import { missing } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { changedMetadata, metadata } from '../http/metadata';
import { clearableText, text } from '../http/parameters';
import type { Charge } from '../state/stored';
import type { World } from '../state/world';

function requireCharge(world: World, id: string): Charge {
  const charge = world.charges.get(id);
  if (charge === undefined) throw missing('charge', id);
  return charge;
}

const filters = { ...listParameters, ...createdRange, customer: text, payment_intent: text } as const;
const changes = { description: clearableText, metadata, receipt_email: clearableText } as const;

export const chargeEndpoints = [
  endpoint('GET', '/v1/charges', filters, ({ world, parameters: { customer, created, payment_intent, ...page } }) => {
    const matching = world.charges
      .newestFirst()
      .filter((charge) => customer === undefined || charge.customer === customer)
      .filter((charge) => payment_intent === undefined || charge.payment_intent === payment_intent)
      .filter((charge) => isWithin(charge.created, created));
    return listPage('/v1/charges', matching, page);
  }),
  endpoint('GET', '/v1/charges/:id', {}, ({ world, id }) => requireCharge(world, id)),
  endpoint('POST', '/v1/charges/:id', changes, ({ world, id, parameters }) => {
    const charge = requireCharge(world, id);
    const { description, metadata: previousMetadata, receipt_email } = charge;
    world.charges.update(charge, {
      ...(parameters.description === undefined ? {} : { description: parameters.description }),
      ...(parameters.receipt_email === undefined ? {} : { receipt_email: parameters.receipt_email }),
      metadata: changedMetadata(charge.metadata, parameters.metadata),
    });
    world.emit('charge.updated', charge, { description, metadata: previousMetadata, receipt_email });
    return charge;
  }),
];
