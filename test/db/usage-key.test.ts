/** The fast way to an event's key and id is the engine's own. */
import fc from 'fast-check';
import { TypeID } from 'typeid-js';
import { idOfStoredKey, keyOfUsageEventId, usageEventId, usageKey } from '../../db/usage-key';
import { idFromFacts } from '../../domain/ids';
import '../support/seed';

test('the key of an event is the id that follows from its facts, and the id leads back to the key', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'binary' }), fc.string(), (tenant, source, id) => {
      const key = usageKey(tenant, source, id);
      expect(usageEventId(key)).toBe(idFromFacts('ue', tenant, source, id));
      expect(idOfStoredKey(TypeID.fromString(usageEventId(key)).toUUID())).toBe(usageEventId(key));
      expect(keyOfUsageEventId(usageEventId(key))).toBe(key);
    }),
  );
});

test.each([
  '',
  'ue_',
  'ue_8rgmatnf96hq680bw7fhdgmbf9',
  'cus_7rgmatnf96hq680bw7fhdgmbf9',
  'ue_7rgmatnf96hq680bw7fhdgmbfu',
])('"%s" is no id of a usage event', (id) => expect(keyOfUsageEventId(id)).toBeNull());
