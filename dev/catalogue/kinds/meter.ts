import { parseMeter } from '../../../domain/metering/meter';
import type { KindOf } from '../kind';

const content: KindOf<'meter'>['wanted'] = ({ $schema: _schema, ...body }) => ({ fixed: body, open: {} });

/** Meters never change, since what they counted stays explained: another rule is another meter. */
export const meter: KindOf<'meter'> = {
  kind: 'meter',
  folder: 'meters',
  path: '/meters',
  identity: 'code',
  changes: 'never',
  faults: ({ $schema: _schema, code: _code, name: _name, ...definition }) => {
    const parsed = parseMeter(definition);
    return 'aggregation' in parsed ? [] : parsed;
  },
  references: () => [],
  body: content,
  wanted: content,
  present: ({ id: _id, created_at: _at, ...body }) => ({ fixed: body, open: {} }),
};
