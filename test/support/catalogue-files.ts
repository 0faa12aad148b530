/** A small catalogue in a folder of its own, and a way to run the program on it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ApiClient } from '../../dev/api-client';
import { runCatalogue } from '../../dev/catalogue/run';
import { makeTemporaryFolder } from '../../dev/stack/watchdog';

export const flat = (amount: string) => ({ model: 'flat', amounts: { USD: amount }, description: 'Studio' });
export const product = { $schema: 'product.json', code: 'studio', name: 'Studio', stream: 'studio_plans' };
export const usage = {
  model: 'per_unit',
  amounts: { USD: '0.01' },
  parameters: { included: '1000' },
  meter: 'calls',
  description: 'Calls above 1000',
};
export const plan = {
  $schema: '../schemas/plan.json',
  code: 'studio-monthly',
  name: 'Studio monthly',
  product: 'studio',
  interval: { unit: 'month' },
  prices: [flat('49.00'), usage],
  entitlements: [{ feature: 'calls', limit: '1000', limit_type: 'soft', overage: 'billed' }],
};
export const meter = {
  $schema: 'meter.json',
  code: 'calls',
  name: 'Calls',
  event_type: 'api.call',
  aggregation: 'count',
};
export const feature = { $schema: 'feature.json', key: 'calls', name: 'Calls', type: 'metered', meter: 'calls' };
export const coupon = {
  $schema: 'coupon.json',
  key: 'spring',
  name: 'Spring',
  percent: '20',
  duration: 'periods',
  periods: 3,
  limits: { products: ['studio'] },
  codes: ['SPRING26'],
};
export const stream = {
  $schema: 'stream.json',
  key: 'studio_plans',
  name: 'Plans',
  target: { amount: '1000.00', currency: 'USD', interval: 'month' },
};
export const fees = { $schema: 'fee-schedule.json', code: 'market', name: 'Market', rates: [{ percent: '15' }] };
export const target = {
  $schema: 'target.json',
  key: 'overall',
  name: 'Overall',
  streams: ['studio_plans'],
  target: { amount: '900.00', currency: 'USD', interval: 'month' },
};

export interface Outcome {
  readonly code: number;
  readonly lines: readonly string[];
}

export interface FilesOfCatalogue {
  readonly root: string;
  write(file: string, content: object | string): void;
  /** Seven files that go together. */
  writeAll(): void;
  run(client: ApiClient, apply?: boolean): Promise<Outcome>;
  remove(): void;
}

/** Makes the folder. Call `remove()` afterwards. */
export function makeCatalogueFolder(): FilesOfCatalogue {
  const root = makeTemporaryFolder('perennial-catalogue-');
  const write = (file: string, content: object | string): void => {
    const at = path.join(root, file);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
  };
  return {
    root,
    write,
    writeAll() {
      write('products/studio.json', product);
      write('plans/studio-monthly.json', plan);
      write('meters/calls.json', meter);
      write('features/calls.json', feature);
      write('streams/studio_plans.json', stream);
      write('targets/overall.json', target);
      write('fee-schedules/market.json', fees);
    },
    async run(client, apply = true) {
      const lines: string[] = [];
      const code = await runCatalogue({ folder: root, api: client, apply, say: (line) => lines.push(line) });
      return { code, lines: lines.map((line) => line.trim()) };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** How often the tenant asked to write. */
export async function written(client: ApiClient): Promise<number> {
  const log = await client.get<{ data: unknown[] }>('/audit-log?limit=100');
  return log.data.length;
}
