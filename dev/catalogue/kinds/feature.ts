import type { FieldError } from '../../../domain/errors';
import type { FileOf } from '../../../api/catalogue/file-types';
import type { KindOf } from '../kind';

function meterFaults({ type, meter }: FileOf<'feature'>): FieldError[] {
  if ((type === 'metered') === ((meter ?? null) !== null)) return [];
  const message = type === 'metered' ? 'is needed for a metered feature' : `has no use for a ${type} feature`;
  return [{ path: 'meter', message }];
}

const content: KindOf<'feature'>['wanted'] = ({ key, name, type, unit = null, meter }, idOf) => ({
  fixed: { key, name, type, unit, meter_id: meter ? idOf('meter', meter) : null },
  open: {},
});

/** Features never change, since plans grant them by what they are. */
export const feature: KindOf<'feature'> = {
  kind: 'feature',
  folder: 'features',
  path: '/features',
  identity: 'key',
  changes: 'never',
  faults: meterFaults,
  references: ({ meter }) => (meter ? [{ kind: 'meter', key: meter, field: 'meter' }] : []),
  body: content,
  wanted: content,
  present: ({ key, name, type, unit, meter_id }) => ({ fixed: { key, name, type, unit, meter_id }, open: {} }),
};
