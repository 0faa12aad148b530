/** Events: what happened, newest first. */
import { endpoint } from '../http/endpoint';
import { missing } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { boolean, listOf, text } from '../http/parameters';

const filters = {
  ...listParameters,
  ...createdRange,
  delivery_success: boolean,
  type: text,
  types: listOf(text),
} as const;

/** A filter such as `charge.*` takes all that begins so. */
const matches = (type: string, wanted: string): boolean =>
  wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;

export const eventEndpoints = [
  endpoint('GET', '/v1/events', filters, ({ world, parameters }) => {
    const { type, types, created, delivery_success: isDelivered } = parameters;
    const wanted = type === undefined ? types : [type];
    const matching = world.events
      .newestFirst()
      .filter((event) => wanted === undefined || wanted.some((candidate) => matches(event.type, candidate)))
      .filter((event) => isDelivered === undefined || (event.pending_webhooks === 0) === isDelivered)
      .filter((event) => isWithin(event.created, created));
    return listPage('/v1/events', matching, parameters);
  }),
  endpoint('GET', '/v1/events/:id', {}, ({ world, id }) => {
    const event = world.events.get(id);
    if (event === undefined) throw missing('event', id);
    return event;
  }),
];
