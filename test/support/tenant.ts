/** A tenant of its own for a test, made as everybody makes one. */
import type { ApiClient } from '../../dev/api-client';
import type { TestEngine } from './perennial';

/** Makes a test tenant and a client with its key. */
export async function makeTenant(
  engine: Pick<TestEngine, 'admin'>,
  settings: object = {},
): Promise<{ tenantId: string; api: ApiClient; apiKey: string }> {
  const made = await engine.admin.post<{ id: string; key: string }>('/tenants', {
    name: 'Tenant of a test',
    mode: 'test',
    ...settings,
  });
  return { tenantId: made.id, api: engine.admin.as(made.key), apiKey: made.key };
}
