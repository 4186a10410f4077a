/** A Python script in a child process: lines of JSON go in, and each is answered by one. PYTHON names the Python. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The Python that is asked. */
export const python = (): string => process.env.PYTHON ?? 'python3';

export interface PythonSide<T> {
  /** What it says first. */
  greeting: T;
  stdin: Writable;
  /** The next line. @throws Error with the end of what Python said, if it stops. */
  answer(): Promise<unknown>;
  stop(): void;
}

/**
 * @param env more of its environment
 * @returns the side, or why there is none, as `it says "..."`
 */
export async function startPython<T>(
  script: URL,
  env: Readonly<Record<string, string>> = {},
): Promise<PythonSide<T> | { missing: string }> {
  const options = { stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } };
  const child = spawn(python(), [fileURLToPath(script)], options);
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-2000);
  });
  child.stdin.on('error', () => {}); // `answer` tells why it stopped
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {}); // read below
  const answer = async () => {
    const line = await Promise.race([lines.next(), failed]);
    if (!line.done) return JSON.parse(line.value);
    if (child.exitCode === null) await once(child, 'close');
    throw new Error(`${python()} stopped: ${said}`);
  };
  try {
    return { greeting: await answer(), stdin: child.stdin, answer, stop: () => child.kill() };
  } catch (error) {
    const none = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { missing: none ? 'there is none' : `it says "${said.trim().split('\n').at(-1)}"` };
  }
}
