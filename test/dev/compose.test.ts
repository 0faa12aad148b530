/** The production set: Docker Compose itself reads it where it is installed; the rest is compared with the code. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../dev/stack/watchdog';
import { configurationKeys } from '../../config';
import { projectFolder, readDocument } from '../docs/shell-blocks';

const composeFile = path.join(projectFolder, 'docker-compose.yml');
const text = readDocument('docker-compose.yml');

/** The keys of the `.env` that docs/operating/deploying.md asks for. */
function documentedKeys(): string[] {
  const [, block = ''] = /^```ini\n([\s\S]*?)^```$/m.exec(readDocument('docs/operating/deploying.md')) ?? [];
  return [...block.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1] ?? '');
}

const programs: readonly (readonly string[])[] = [['docker', 'compose'], ['docker-compose']];

/** The Docker Compose of this machine, version 2 or newer, or undefined. It needs no engine to read a file. */
const compose = programs.find(([program = '', ...first]) =>
  /v?[2-9]\./.test(spawnSync(program, [...first, 'version', '--short'], { encoding: 'utf8' }).stdout ?? ''),
);

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly { readonly host_ip?: string }[];
}
interface Resolved {
  readonly services: Readonly<Record<string, Service>>;
}

function readWith(env: Readonly<Record<string, string>>): { status: number | null; output: string; errors: string } {
  const folder = makeTemporaryFolder('perennial-compose-');
  const [program = '', ...first] = compose ?? [];
  const envFile = path.join(folder, 'env');
  writeFileSync(
    envFile,
    Object.entries(env)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const read = ['--file', composeFile, '--env-file', envFile, 'config', '--format', 'json'];
  const { status, stdout, stderr } = spawnSync(program, [...first, ...read], { encoding: 'utf8' });
  removeTemporaryFolder(folder);
  return { status, output: stdout, errors: stderr };
}

/** Without the tool this counts as skipped: nothing else knows the whole format. */
const withCompose = compose === undefined ? describe.skip : describe;

withCompose('Docker Compose', () => {
  const complete = Object.fromEntries(documentedKeys().map((key) => [key, 'some-text']));

  test('accepts the file with what the guide asks for', () => {
    const { status, errors, output } = readWith(complete);
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
    const { services } = JSON.parse(output) as Resolved;
    expect(Object.keys(services).sort()).toEqual(
      'api database migrate temporal temporal-database temporal-namespace temporal-schema temporal-ui worker'.split(
        ' ',
      ),
    );
  });

  test.each(documentedKeys())('refuses to start without %s, by its name', (key) => {
    const { [key]: _missing, ...rest } = complete;
    const { status, errors } = readWith(rest);
    expect(status).not.toBe(0);
    expect(errors).toContain(key);
  });

  test('starts worker and api after the migration, gives the owner’s password to the migration alone, and opens no port to the world', () => {
    const { services } = JSON.parse(readWith(complete).output) as Resolved;
    for (const name of ['worker', 'api']) {
      expect(services[name]?.depends_on?.['migrate']?.condition).toBe('service_completed_successfully');
    }
    const owners = Object.keys(services).filter((name) => services[name]?.environment?.['DATABASE_ADMIN_URL']);
    expect(owners).toEqual(['migrate']);
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.map((port) => port.host_ip)).toEqual(ports.map(() => '127.0.0.1'));
  });
});

describe('the file', () => {
  test('asks for the values that the guide names, and for no other', () => {
    const required = [...text.matchAll(/\$\{([A-Z_]+):\?/g)].map((match) => match[1] ?? '');
    expect([...new Set(required)].sort()).toEqual(documentedKeys().sort());
  });

  test('starts programs that the build makes from files that exist', () => {
    const started = [...`${text}${readDocument('Dockerfile')}`.matchAll(/dist\/([\w/-]+)\.js/g)].map(
      (match) => `${match[1]}.ts`,
    );
    expect([...new Set(started)].sort()).toEqual(['api/server.ts', 'db/main.ts', 'worker/main.ts']);
    expect(started.filter((file) => !existsSync(path.join(projectFolder, file)))).toEqual([]);
  });

  test('sets only keys that the configuration has', () => {
    const [, shared = ''] = /&perennial-environment\n((?: {4}.+\n)+)/.exec(text) ?? [];
    const set = [...shared.matchAll(/^ {4}([A-Z_]+):/gm)].map((match) => match[1] ?? '');
    expect(set.length).toBeGreaterThan(5);
    expect(set.filter((key) => !Object.hasOwn(configurationKeys, key))).toEqual([]);
  });

  test('runs Temporal’s server and its tools in one version', () => {
    const versions = [...text.matchAll(/image: temporalio\/(?:server|admin-tools):(\S+)/g)].map((match) => match[1]);
    expect(versions).toHaveLength(3);
    expect(new Set(versions).size).toBe(1);
  });
});
