import { grantedTo, readEntitlement, type MeteredEntitlement } from '../../../domain/entitlements/entitlement';

const feature = { key: 'tokens', name: 'Tokens', type: 'metered', meterId: 'mtr_1', unit: null } as const;

function granted(body: object): MeteredEntitlement {
  const read = readEntitlement(feature, { limit: '2.5', ...body }, '');
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.value as MeteredEntitlement;
}

test('a limit per unit is multiplied exactly, with what may come over', () => {
  const entitlement = granted({ per_unit: true, rollover: { maximum: '0.5' } });
  expect(grantedTo(entitlement, 3)).toMatchObject({ limit: '7.5', rollover: { maximum: '1.5' } });
  expect(grantedTo(entitlement, 0)).toMatchObject({ limit: '0' });
});

test('a limit of all together is the same for any quantity, and so is no limit', () => {
  const together = granted({});
  expect(grantedTo(together, 3)).toBe(together);
  expect(together).not.toHaveProperty('per_unit');
  expect(grantedTo(granted({ limit: null, per_unit: true }), 3).limit).toBeNull();
  expect(grantedTo(granted({ per_unit: true, rollover: { maximum: null } }), 3).rollover).toEqual({ maximum: null });
});
