/** Mandates and setup attempts: read only, they come about with intents. */
import { endpoint } from '../http/endpoint';
import { missing } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { required, text } from '../http/parameters';

const attemptFilters = { ...listParameters, ...createdRange, setup_intent: required(text) } as const;

export const mandateEndpoints = [
  endpoint('GET', '/v1/mandates/:id', {}, ({ world, id }) => {
    const mandate = world.mandates.get(id);
    if (mandate === undefined) throw missing('mandate', id, 'mandate');
    return mandate;
  }),
  endpoint('GET', '/v1/setup_attempts', attemptFilters, ({ world, parameters: { setup_intent, created, ...page } }) => {
    const matching = world.setupAttempts
      .newestFirst()
      .filter((attempt) => attempt.setup_intent === setup_intent && isWithin(attempt.created, created));
    return listPage('/v1/setup_attempts', matching, page);
  }),
];
