import type { KindOf } from '../kind';

const content: KindOf<'stream'>['wanted'] = ({ key, name, mechanism = null, target = null, per_cycle = null }) => ({
  fixed: { key },
  open: { name, mechanism, target, per_cycle },
});

export const stream: KindOf<'stream'> = {
  kind: 'stream',
  folder: 'streams',
  path: '/revenue-streams',
  identity: 'key',
  changes: 'in place',
  faults: () => [],
  references: () => [],
  body: content,
  wanted: content,
  present: ({ key, name, mechanism, target, per_cycle }) => ({
    fixed: { key },
    open: { name, mechanism, target, per_cycle },
  }),
};
