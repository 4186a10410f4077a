/** `pipeline serve` as a user starts it. */
import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { PIPELINE } from '../run-cli.ts';
import { until } from './until.ts';

export interface Program {
  pid: number;
  port: number;
  /** What it has written on standard error. */
  said: () => string;
  /** How it ended: its exit code or signal. */
  ended: Promise<number | string>;
  signal(name: NodeJS.Signals): void;
}

/** Starts it and waits until it listens; it ends with the test. */
export async function startProgram(args: readonly string[]): Promise<Program> {
  const drain = args.includes('--drain-delay') ? [] : ['--drain-delay', '0'];
  const given = ['--port', '0', '--rate', '0', ...drain, ...args];
  const child = spawn(process.execPath, [PIPELINE, 'serve', ...given], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let over = false;
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      over = true;
      resolve(code ?? signal!);
    });
  });
  const port = () => /Listening at http:\/\/[^:]+:(\d+)/.exec(said)?.[1];
  await until(`the server listens (${args.join(' ')})`, () => port() !== undefined || over, 60_000);
  if (over) throw new Error(`The server ended: ${said}`);
  return { pid: child.pid!, port: Number(port()), said: () => said, ended, signal: (name) => void child.kill(name) };
}

/** Posts to it and returns the outcome: a status, or a word for a refused or closed connection. */
export async function statusOf(asked: Promise<{ status: number }>): Promise<number | string> {
  return asked.then(
    ({ status }) => status,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}
