import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { isAlive, waitFor } from '../../dev/stack/wait';

test('a parent that is killed leaves no process and no temporary folder behind', async () => {
  const file = path.join(__dirname, 'fixtures/parent.ts');
  const parent = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: parent.stdout })
      .once('line', resolve)
      .once('close', () => reject(new Error('it said nothing')));
  });
  const { folder, pids } = JSON.parse(line) as { folder: string; pids: number[] };
  expect(pids.map(isAlive)).toEqual([true, true]);
  expect(existsSync(folder)).toBe(true);

  parent.kill('SIGKILL');

  await waitFor('all processes end', () => !pids.some(isAlive), { timeoutMs: 10_000 });
  await waitFor('the folder is removed', () => !existsSync(folder), { timeoutMs: 10_000 });
});
