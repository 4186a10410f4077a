/**
 * How much a command prints: the options that every command has. Set once per command line, because a program has one
 * terminal.
 *
 * |             | standard output            | standard error                     |
 * |-------------|----------------------------|------------------------------------|
 * | (as it is)  | results, a sentence each   | progress, notes, errors            |
 * | `--quiet`   | results                    | errors                             |
 * | `--verbose` | results                    | progress, notes, details, errors   |
 * | `--json`    | results, one line of JSON  | progress, notes, errors            |
 */
import { UsageError } from './arguments.ts';

export interface Voice {
  quiet: boolean;
  verbose: boolean;
  json: boolean;
}

export const voiceOptions = {
  quiet: { boolean: true, describe: 'Print only results and errors' },
  verbose: { boolean: true, describe: 'Also print what was chosen and how long it took' },
} as const;

/** For the commands whose results a program may want to read. */
export const jsonOption = {
  json: { boolean: true, describe: 'Print results as one line of JSON; errors stay plain text' },
} as const;

const USUAL: Voice = { quiet: false, verbose: false, json: false };
let voice = USUAL;

/** @throws UsageError for options that exclude each other. */
export function setVoice({ quiet, verbose, json }: Partial<Voice> = USUAL): void {
  voice = { quiet: quiet === true, verbose: verbose === true, json: json === true };
  if (voice.quiet && voice.verbose) throw new UsageError('--quiet and --verbose must not be given together.');
}

export const isQuiet = (): boolean => voice.quiet;
export const isVerbose = (): boolean => voice.verbose;

/** A note for the user: a line on standard error. */
export function sayNote(line: string): void {
  // On a line of its own, even over a progress bar.
  if (!voice.quiet) process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}${line}\n`);
}

/** A detail, shown with --verbose. */
export function sayDetail(line: string): void {
  if (voice.verbose) sayNote(line);
}

/** The result: sentences for people, or with --json one object for programs. */
export function sayResult(lines: string | readonly string[], json: object): void {
  const text = voice.json ? JSON.stringify(json) : [lines].flat().join('\n');
  if (text !== '') process.stdout.write(`${text}\n`);
}
