/**
 * The secrets of one development folder: made once, kept readable to their owner alone.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface StackSecrets {
  readonly databaseOwnerPassword: string;
  readonly databaseApplicationPassword: string;
  readonly adminKey: string;
  readonly linkSecret: string;
  /** The webhook endpoint at the Stripe sandbox, once made: Stripe tells an endpoint's secret only then. */
  readonly webhookEndpoint?: { readonly id: string; readonly secret: string };
}

/** Writes in one step, readable to its owner alone. */
export function writePrivateFile(file: string, content: unknown): void {
  const partial = `${file}.partial`;
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(partial, 0o600);
  renameSync(partial, file);
}

function secretsFile(folder: string): string {
  return path.join(folder, 'secrets.json');
}

/** Reads the folder's secrets, or makes them. */
export function loadSecrets(folder: string): StackSecrets {
  const file = secretsFile(folder);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as StackSecrets;
  const random = (): string => randomBytes(24).toString('base64url');
  const secrets: StackSecrets = {
    databaseOwnerPassword: random(),
    databaseApplicationPassword: random(),
    adminKey: `admin_${random()}`,
    linkSecret: random(),
  };
  saveSecrets(folder, secrets);
  return secrets;
}

export function saveSecrets(folder: string, secrets: StackSecrets): void {
  writePrivateFile(secretsFile(folder), secrets);
}
