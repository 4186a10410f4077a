/**
 * Checks the command line before yargs, for mistakes that yargs accepts or reports in its own words: an option that is
 * misspelt, repeated, empty, without its value, or negated by --no-; a word that belongs to no option.
 */
import { nearest } from '../text/nearest.ts';
import { program } from '../text/program.ts';
import { findRemoved } from '../text/removed.ts';

/** A wrong command line. yargs has this name for its own errors, and for those of an option's coerce. */
export class UsageError extends Error {
  override readonly name = 'YError';

  constructor(rule: string) {
    super(`Cannot read the options: ${rule}`);
  }
}

/** What yargs' `getOptions()` says about a command's options. */
export interface KnownOptions {
  key: Record<string, unknown>;
  alias: Record<string, string[]>;
  boolean: string[];
  string: string[];
  number: string[];
  array: string[];
  /** Options that take a value; how many, if that is fixed. */
  narg: Record<string, unknown>;
}

/** @throws UsageError for the first mistake. `typed` is the command line without the command's name. */
export function checkArguments(command: string, typed: readonly string[], known: KnownOptions): void {
  const counts = new Map<string, number>();
  for (let i = 0; i < typed.length; i++) {
    const token = typed[i]!;
    if (!isOption(token)) {
      throw new UsageError(`unexpected word "${token}".`);
    }
    const { name, flag, denied, inline } = readOption(command, token, known);
    if (name === undefined) continue; // in a group, such as --model.layers_per_block, each key may occur once
    let value = inline;
    if (known.boolean.includes(name)) {
      // yargs would take all but "true" for false.
      if (value !== undefined && denied) throw new UsageError(`${flag} must have no value, received "${value}".`);
      if (value !== undefined && !/^(true|false)$/.test(value)) {
        throw new UsageError(`${flag} must be true or false, or have no value, received "${value}".`);
      }
      if (value === undefined && /^(true|false)$/.test(typed[i + 1] ?? '')) i++;
    } else if (value === undefined) {
      value = typed[++i];
      if (value === undefined || isOption(value)) throw new UsageError(`${flag} must have a value, received none.`);
    }
    // Of a list without a fixed number of values, all words up to the next option are values.
    if (known.array.includes(name) && inline === undefined && known.narg[name] !== 1) {
      while (typed[i + 1] !== undefined && !isOption(typed[i + 1]!)) i++;
    }
    if (value?.trim() === '') throw new UsageError(`${flag} must not be empty, received "${value}".`);
    const key = denied ? name : (groupKey(flag) ?? name);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > 1 && !known.array.includes(name))
      throw new UsageError(`${flag} must be given once, received it twice.`);
  }
}

/** Words that begin with a dash are options, except negative numbers and a lone dash. */
function isOption(token: string): boolean {
  return token.length > 1 && token.startsWith('-') && !/^-\.?\d/.test(token);
}

/** `model.depth` of `--model.depth`; undefined for an option without a group. */
function groupKey(flag: string): string | undefined {
  return flag.includes('.') ? flag.slice(2) : undefined;
}

function readOption(command: string, token: string, known: KnownOptions) {
  const [flag = '', ...rest] = token.split('=');
  const inline = token.includes('=') ? rest.join('=') : undefined;
  const typed = flag.replace(/^--?/, '');
  const name = find(typed, known) ?? groupOf(typed, known);
  if (name !== undefined) return { name, flag, denied: false, inline };
  const positive = typed.startsWith('no-') ? find(typed.slice(3), known) : undefined;
  if (positive !== undefined && known.boolean.includes(positive)) return { name: positive, flag, denied: true, inline };
  if (positive !== undefined) {
    throw new UsageError(`--${positive} must have a value, received ${flag}. Leave it out instead.`);
  }
  const whose = program(...(command === '' ? [] : [command]));
  const removed = findRemoved(typed);
  if (removed) throw new UsageError(`${whose} has no option ${flag} any more. ${removed.instead}.`);
  const meant = nearest(typed, Object.keys(known.key));
  throw new UsageError(`${whose} has no option ${flag}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`);
}

/** An option by its name, its short name, or its name in camel case, as yargs accepts it. */
function find(typed: string, { key, alias }: KnownOptions): string | undefined {
  const dashed = typed.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const isNamed = (name: string) => name === typed || name === dashed || (alias[name] ?? []).includes(typed);
  return Object.keys(key).find(isNamed);
}

/** The group option of `model.depth`: one without a type, given key by key. */
function groupOf(typed: string, known: KnownOptions): string | undefined {
  const name = typed.split('.')[0]!;
  const types = [known.boolean, known.string, known.number, known.array, Object.keys(known.narg)];
  const isGroup = typed.includes('.') && Object.hasOwn(known.key, name) && !types.some((type) => type.includes(name));
  return isGroup ? name : undefined;
}

/** Rewords yargs' own errors. */
export function explainUsage(message: string): string {
  const missing = /^Missing required arguments?: (.+)$/.exec(message)?.[1];
  if (missing !== undefined)
    return rule(`${missing.split(', ').map(dash).join(' and ')} must be given, received nothing.`);
  const choice = /Argument: (.+?), Given: (.+), Choices: (.+)$/m.exec(message);
  if (choice)
    return rule(`${dash(choice[1]!)} must be one of ${choice[3]!.replaceAll('"', '')}, received ${choice[2]}.`);
  const needs = /^Missing dependent arguments:\n\s*(\S+) -> (\S+)/.exec(message);
  if (needs) return rule(`${dash(needs[1]!)} must come with ${dash(needs[2]!)}, received it alone.`);
  return message;
}

const rule = (text: string) => new UsageError(text).message;
const dash = (name: string) => `--${name}`;
