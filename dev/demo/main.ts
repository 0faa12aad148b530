/**
 * npm run demo: plays the stories on the running engine (npm start), each on a tenant of its own, and prints every step.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createApiClient } from '../api-client';
import type { StackAddresses } from '../stack/stack';
import { checkAgainstProvider } from './reconcile';
import { playMeteredStory } from './metered-story';
import { playStory } from './story';
import type { World } from './world';

interface DemoStage extends StackAddresses {
  readonly say?: (line: string) => void;
  remember?(facts: Readonly<Record<string, unknown>>): void;
}

interface Tenant {
  readonly id: string;
  readonly key: string;
}

async function makeTenant({ apiUrl, adminKey }: DemoStage, name: string): Promise<Tenant> {
  const admin = createApiClient({ baseUrl: `${apiUrl}/api/v1`, apiKey: adminKey });
  return admin.post('/tenants', { name, mode: 'test' });
}

const worldOf = (stage: DemoStage, tenant: Tenant, temporal: Client, say: World['say']): World => ({
  api: createApiClient({ baseUrl: `${stage.apiUrl}/api/v1`, apiKey: tenant.key }),
  tenantId: tenant.id,
  temporal,
  stripeUrl: stage.stripeUrl ?? '',
  apiUrl: stage.apiUrl,
  say,
});

function uiLink(stage: DemoStage, tenantId: string): string | null {
  if (stage.temporalUiUrl === null) return null;
  const query = encodeURIComponent(`TenantId="${tenantId}"`);
  return `${stage.temporalUiUrl}/namespaces/${stage.temporalNamespace}/workflows?query=${query}`;
}

async function playLife(stage: DemoStage, temporal: Client, say: World['say']): Promise<void> {
  const tenant = await makeTenant(stage, 'Demo');
  stage.remember?.({ demoTenantId: tenant.id, demoApiKey: tenant.key });
  const world = worldOf(stage, tenant, temporal, say);
  say('');
  say('A subscription’s life, on a test clock:');
  const { subscriptionId } = await playStory(world);
  await checkAgainstProvider(world);
  say('  The books tie to the provider’s balance transactions to the cent.');
  const link = uiLink(stage, tenant.id);
  if (link !== null) say(`  Its workflow in the Temporal UI: ${link}`);
  say(`  Its id: ${subscriptionId}`);
}

/** On a tenant of its own: the first one taxes nothing. */
async function playMetered(stage: DemoStage, temporal: Client, say: World['say']): Promise<void> {
  const world = worldOf(stage, await makeTenant(stage, 'Demo in Germany'), temporal, say);
  say('');
  say('Usage, limits, a coupon, VAT, a credit note and documents:');
  await playMeteredStory(world);
  await checkAgainstProvider(world, 'EUR');
  say('  These books tie to the provider to the cent, too.');
}

/** Plays the demo on a stack; false when a step was not as told. */
export async function runDemo(stage: DemoStage): Promise<{ ok: boolean }> {
  const say = stage.say ?? ((line: string) => console.log(line));
  const connection = await Connection.connect({ address: stage.temporalAddress });
  try {
    const temporal = new Client({ connection, namespace: stage.temporalNamespace });
    await playLife(stage, temporal, say);
    await playMetered(stage, temporal, say);
    return { ok: true };
  } catch (error) {
    say(`  ${error instanceof Error ? error.message : String(error)}`);
    return { ok: false };
  } finally {
    await connection.close();
  }
}

async function main(): Promise<number> {
  const file = path.resolve(__dirname, '../../.perennial/stack.json');
  let addresses: StackAddresses;
  try {
    addresses = JSON.parse(readFileSync(file, 'utf8')) as StackAddresses;
  } catch {
    console.log('The engine does not run here: start it with npm start, or play everything with npm start -- --once.');
    return 1;
  }
  const { ok } = await runDemo(addresses);
  console.log(ok ? 'The demo went well.' : 'The demo FAILED.');
  return ok ? 0 : 1;
}

if (require.main === module || process.argv[1] === __filename) {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
