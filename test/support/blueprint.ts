/** A blueprint on a tenant of a test, applied by the very program that operators run. */
import path from 'node:path';
import type { ApiClient } from '../../dev/api-client';
import { runCatalogue } from '../../dev/catalogue/run';

const root = path.join(__dirname, '../../blueprints');

async function run(api: ApiClient, name: string): Promise<string> {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const code = await runCatalogue({ folder: path.join(root, name), api, apply: true, say });
  if (code !== 0) throw new Error(`The blueprint ${name} was refused:\n${lines.join('\n')}`);
  return lines.join('\n');
}

/**
 * Applies a blueprint, and once more.
 * @throws when the second run finds anything to do: the engine then keeps something else than the files say
 */
export async function applyBlueprint(api: ApiClient, name: string): Promise<void> {
  await run(api, name);
  const again = await run(api, name);
  if (/^ +[+~!]/m.test(again)) throw new Error(`The blueprint ${name} is not what the engine keeps:\n${again}`);
}

interface Found {
  readonly data: readonly { readonly id: string }[];
}

/** The id of a plan of the catalogue. */
export async function planOf(api: ApiClient, code: string): Promise<string> {
  const [plan] = (await api.get<Found>(`/plans?code=${code}`)).data;
  if (plan === undefined) throw new Error(`There is no plan ${code}.`);
  return plan.id;
}

interface Fee {
  readonly fee: { readonly amount: string };
  readonly remainder: { readonly party: string; readonly amount: { readonly amount: string } } | null;
}

/** What a fee schedule of the catalogue makes of a transaction. */
export async function feeOf(api: ApiClient, code: string, question: object): Promise<Fee> {
  const [schedule] = (await api.get<Found>(`/fee-schedules?code=${code}`)).data;
  if (schedule === undefined) throw new Error(`There is no fee schedule ${code}.`);
  return api.post<Fee>(`/fee-schedules/${schedule.id}/quote`, question);
}
