import type { KindOf } from '../kind';

const content: KindOf<'target'>['wanted'] = ({ key, name, streams = null, target: figure }) => ({
  fixed: { key },
  open: { name, streams, target: figure },
});

export const target: KindOf<'target'> = {
  kind: 'target',
  folder: 'targets',
  path: '/revenue-targets',
  identity: 'key',
  changes: 'in place',
  faults: () => [],
  references: ({ streams }) =>
    (streams ?? []).map((key, index) => ({ kind: 'stream', key, field: `streams.${index}` })),
  body: content,
  wanted: content,
  present: ({ key, name, streams, target: figure }) => ({ fixed: { key }, open: { name, streams, target: figure } }),
};
