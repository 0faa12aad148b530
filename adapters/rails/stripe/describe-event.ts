/** What an event of Stripe is about. The body was signed, but it is still read as unknown JSON: an endpoint may be pinned to another API version. */
import type { ProviderEvent } from '../port';

type Fields = Readonly<Record<string, unknown>>;
type Subject = ProviderEvent['subject'];

/** One line per object that means something to the engine; a charge is about its payment, since we make one payment per invoice. */
const subjectByObject: Readonly<Record<string, (object: Fields, id: string) => Subject>> = {
  payment_intent: (_object, id) => ({ kind: 'payment', providerRef: id }),
  charge: (object, id) => {
    const paymentRef = idOf(object['payment_intent']);
    return paymentRef === null ? { kind: 'other', providerRef: id } : { kind: 'payment', providerRef: paymentRef };
  },
  refund: (object, id) => ({ kind: 'refund', providerRef: id, paymentProviderRef: idOf(object['payment_intent']) }),
  dispute: (object, id) => ({ kind: 'dispute', providerRef: id, paymentProviderRef: idOf(object['payment_intent']) }),
  payment_method: (_object, id) => ({ kind: 'payment_method', providerRef: id }),
};

/** The event in the words of the port; null when it is no event of Stripe's version 1 shape. */
export function describeEvent(event: unknown): ProviderEvent | null {
  if (!isFields(event) || event['object'] !== 'event') return null;
  const { id, type, created, data } = event;
  const object = isFields(data) ? data['object'] : null;
  if (typeof id !== 'string' || typeof type !== 'string' || typeof created !== 'number' || !isFields(object))
    return null;
  return { id, type, occurredAt: created * 1_000, subject: subjectOf(object), tenantId: tenantOf(object) };
}

function subjectOf(object: Fields): Subject {
  const providerRef = idOf(object['id']);
  const kind = object['object'];
  if (providerRef === null || typeof kind !== 'string' || !Object.hasOwn(subjectByObject, kind)) {
    return { kind: 'other', providerRef };
  }
  return subjectByObject[kind]?.(object, providerRef) ?? { kind: 'other', providerRef };
}

function tenantOf(object: Fields): string | null {
  const metadata = object['metadata'];
  return isFields(metadata) && typeof metadata['tenant_id'] === 'string' ? metadata['tenant_id'] : null;
}

/** An id that stands alone or inside the expanded object. */
function idOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isFields(value) && typeof value['id'] === 'string' ? value['id'] : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
