/** Runs the command line in a test: in this process, or as a user starts it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { main } from '#pipeline/cli.ts';

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process: fast, and bugs keep their stack. */
export async function runCli(...args: string[]): Promise<CliResult> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  // yargs prints help by console.log.
  const log = vi.spyOn(console, 'log').mockImplementation((text) => {
    written.stdout += `${text}\n`;
  });
  try {
    return { code: await main(args), ...written };
  } finally {
    for (const spy of [...spies, log]) spy.mockRestore();
  }
}

/** Trains a network of a few weights on a folder of pictures of 8 x 8, in two images a step. */
export const trainTiny = (pictures: string, out: string, ...args: string[]) =>
  runCli(
    ...['train', '--data', pictures, '--out', out, '--batch', '2', '--sample-steps', '2', '--sample-count', '1'],
    ...[...(args.includes('--size') ? [] : ['--size', '8']), '--model._class_name', 'SimpleUnet'],
    ...['--model.channels', '8,16', '--model.time_emb_dim', '4', ...args],
  );

/** What a command says that must end well. */
export async function done(running: Promise<CliResult>): Promise<CliResult> {
  const result = await running;
  expect(result.code, result.stderr).toBe(0);
  return result;
}

/** What a command says that must be refused: exit code 2, and nothing on standard output. */
export async function refusal(running: Promise<CliResult>): Promise<string> {
  const { code, stdout, stderr } = await running;
  expect([code, stdout], stderr).toEqual([2, '']);
  return stderr;
}

/** Refuses a command with a sentence that has these words. */
export const refuses = async (running: Promise<CliResult>, words: string) =>
  expect(await refusal(running)).toContain(words);

export const PIPELINE = join(import.meta.dirname, '..', '..', 'pipeline', 'bin', 'pipeline.mjs');

/** Starts the real program in a Node of its own. */
export function spawnCli(args: readonly string[], cwd?: string): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PIPELINE, ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
