/** Usage in dated stories: meters of a tenant, and events at instants of the story. */
import { instant, type Scene } from './scenario';

/** A meter of the scene's tenant; answers its id. */
export async function meter(scene: Scene, code: string, more: object = {}): Promise<string> {
  const body = { code, name: code, event_type: code, aggregation: 'sum', value_property: 'n', ...more };
  return (await scene.api.post<{ id: string }>('/meters', body)).id;
}

/** What is used: a value, or several properties. */
type Used = string | Readonly<Record<string, unknown>>;

let sent = 0;

/** Sends events of a type for a customer, each `[time, value]`; answers their own ids. */
export async function use(
  scene: Scene,
  customerId: string,
  type: string,
  ...used: readonly (readonly [time: string, value: Used])[]
): Promise<string[]> {
  const events = used.map(([time, value]) => ({
    id: `event-${(sent += 1)}`,
    type,
    customer_id: customerId,
    time: instant(time),
    properties: typeof value === 'string' ? { n: value } : value,
  }));
  await scene.api.post('/usage-events', { events });
  return events.map(({ id }) => id);
}

/** Amends or voids an event. */
export async function correct(scene: Scene, customerId: string, type: string, body: object): Promise<void> {
  const event = { id: `event-${(sent += 1)}`, type, customer_id: customerId, ...body };
  await scene.api.post('/usage-events', { events: [event] });
}

/** The states in which events are, in the order of their ids. */
export async function statesOf(scene: Scene, eventIds: readonly string[]): Promise<string[]> {
  const read = async (id: string): Promise<string> => {
    const page = await scene.api.get<{ data: readonly { state: string }[] }>(`/usage-events?event_id=${id}`);
    return page.data[0]?.state ?? 'missing';
  };
  return Promise.all(eventIds.map(read));
}
