import path from 'node:path';
import { startProgram, type Program, type ProgramOptions } from '../../dev/stack/program';
import { isAlive, waitFor } from '../../dev/stack/wait';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../dev/stack/watchdog';

describe('a program of the stack', () => {
  let folder: string;
  let said: string[];
  let options: ProgramOptions;
  let program: Program | undefined;

  beforeEach(() => {
    folder = makeTemporaryFolder('perennial-program-');
    said = [];
    options = {
      name: 'worker',
      file: 'test/dev/fixtures/program.ts',
      variables: {},
      logFile: path.join(folder, 'log'),
      restart: true,
      say: (line) => said.push(line),
    };
  });
  afterEach(async () => {
    await program?.stop();
    program = undefined;
    removeTemporaryFolder(folder);
  });

  test('hands over what it said when it was ready', async () => {
    program = await startProgram(options);
    expect(program.message).toEqual({ ready: true, port: 1234 });
  });

  test('is started again when it crashes, and both are said', async () => {
    program = await startProgram(options);
    const first = program.pid();
    program.kill('SIGKILL');
    await waitFor('it is back', () => said.includes('The worker is back.'));
    expect(said[0]).toMatch(/The worker ended \(SIGKILL\); starting it again in 0.5 s/);
    expect(program.pid()).not.toBe(first);
    expect(isAlive(program.pid())).toBe(true);
  });

  test('stays ended once it was stopped', async () => {
    program = await startProgram(options);
    const pid = program.pid();
    await program.stop();
    expect(isAlive(pid)).toBe(false);
    expect(said).toEqual([]);
  });

  test('that ends while it starts is reported with the end of its log', async () => {
    await expect(startProgram({ ...options, variables: { FAIL: 'yes' } })).rejects.toThrow(
      /exit code 3.*it cannot work like this/s,
    );
  });
});
