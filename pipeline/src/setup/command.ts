/** Runs a program to its end and keeps its output. */
import { spawn } from 'node:child_process';

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
  signal?: AbortSignal;
}

export interface CommandResult {
  /** null if a signal ended the program, or it is not installed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** @throws AbortError if `signal` aborts, but never because the program fails */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input = '', signal, ...rest } = options;
  signal?.throwIfAborted();
  const child = spawn(command, args, { ...rest, stdio: 'pipe', ...(signal && { signal }) });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
    });
  }
  child.stdin.on('error', () => {}).end(input);
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  signal?.throwIfAborted();
  return { code, ...said };
}
