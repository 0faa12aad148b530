import { parseFeeTerms } from '../../../domain/fees/terms';
import type { KindOf } from '../kind';

type Version = Readonly<Record<string, unknown>>;

const content: KindOf<'fee-schedule'>['wanted'] = ({ $schema: _schema, code, name, ...terms }) => ({
  fixed: { code, name },
  open: terms,
});

export const feeSchedule: KindOf<'fee-schedule'> = {
  kind: 'fee-schedule',
  folder: 'fee-schedules',
  path: '/fee-schedules',
  identity: 'code',
  changes: 'new version',
  faults: ({ $schema: _schema, code: _code, name: _name, ...terms }) => {
    const parsed = parseFeeTerms(terms);
    return 'rates' in parsed ? [] : parsed;
  },
  references: () => [],
  body: content,
  wanted: content,
  present: ({ code, name, current_version, versions }) => {
    const current = (versions as readonly Version[]).find(({ version }) => version === current_version) ?? {};
    const { version: _version, created_at: _at, ...terms } = current;
    return { fixed: { code, name }, open: terms };
  },
};
