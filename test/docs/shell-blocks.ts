/** The commands of a document, as a reader would paste them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const projectFolder = path.resolve(__dirname, '../..');

/** The text of a document of this project. */
export function readDocument(file: string): string {
  return readFileSync(path.join(projectFolder, file), 'utf8');
}

/** The fenced bash blocks of a document, in order. */
export function shellBlocks(text: string): string[] {
  return [...text.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

export interface ShellOutcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs commands in bash, in a folder, and stops at the first one that fails. */
export function runShell(commands: string, folder: string): Promise<ShellOutcome> {
  return new Promise((resolve, reject) => {
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', commands], { cwd: folder });
    let output = '';
    let errors = '';
    shell.stdout.on('data', (chunk) => (output += chunk));
    shell.stderr.on('data', (chunk) => (errors += chunk));
    shell.on('error', reject);
    shell.on('close', (code) => resolve({ code, output, errors }));
  });
}
