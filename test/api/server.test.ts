/** The API's process: it starts while everything it needs is down, and stops when it is told or when its parent is gone. */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { closedPort } from '../support/api';

const root = path.join(__dirname, '..', '..');

const environment = {
  PERENNIAL_ENV: 'test',
  LOG_LEVEL: 'silent',
  API_HOST: '127.0.0.1',
  API_PORT: '0',
  DATABASE_URL: `postgres://perennial_app:x@127.0.0.1:${closedPort}/none`,
  TEMPORAL_ADDRESS: `127.0.0.1:${closedPort}`,
  STRIPE_API_URL: `http://127.0.0.1:${closedPort}`,
};

function start(): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(path.join(root, 'api', 'server.ts'), [], {
    cwd: root,
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message: { ready: boolean; port: number }) => resolve({ child, port: message.port }));
    child.once('exit', (code) => reject(new Error(`the api ended with ${code} before it was ready`)));
  });
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

test.each([
  ['SIGTERM', (child: ChildProcess) => child.kill('SIGTERM')],
  ['the end of its parent', (child: ChildProcess) => child.disconnect()],
])('it answers while Postgres and Temporal are down, and ends in order at %s', async (_case, stop) => {
  const { child, port } = await start();
  const live = await fetch(`http://127.0.0.1:${port}/api/v1/health/live`);
  const ready = await fetch(`http://127.0.0.1:${port}/api/v1/health/ready`);
  expect([live.status, ready.status]).toEqual([200, 503]);
  const exit = ended(child);
  stop(child);
  expect(await exit).toBe(0);
});
