import type { KindOf } from '../kind';

const content: KindOf<'product'>['wanted'] = ({ code, name, description = null, stream }) => ({
  fixed: { code },
  open: { name, description, stream },
});

export const product: KindOf<'product'> = {
  kind: 'product',
  folder: 'products',
  path: '/products',
  identity: 'code',
  changes: 'in place',
  faults: () => [],
  references: () => [],
  body: content,
  wanted: content,
  present: ({ code, name, description, stream }) => ({ fixed: { code }, open: { name, description, stream } }),
};
