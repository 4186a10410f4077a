/**
 * Memory in pages of 2 MiB. Linux gives them to programs that ask, and glibc asks where a variable tells it to before the
 * program starts (`GLIBC_TUNABLES`, from glibc 2.35). Training reads all its memory at every step, so it starts again
 * with the variable: its addresses are then looked up in fewer and nearer tables. Node replaces the process by itself, from
 * 22.15 on. Older ones do without: a second process would still be there, for up to a step, when the first is killed.
 */
import { readFileSync } from 'node:fs';
import { glibcVersion, isAtLeast } from '../install/versions.ts';

const TUNABLE = 'glibc.malloc.hugetlb';
const OLDEST_GLIBC = '2.35';
/** Set in the process that was started again: glibc takes its own variable away from programs with special rights. */
const MARK = 'ONNOISE_STARTED_AGAIN';
const SETTING = '/sys/kernel/mm/transparent_hugepage/enabled';

export interface HugePageSystem {
  /** The kernel's: `always [madvise] never`, the chosen one in brackets. Empty where there is none. */
  setting: string;
  glibc: string | undefined;
  /** The variable `GLIBC_TUNABLES`. */
  tunables: string;
  /** Whether Node can replace this process, and has not yet. A channel to a parent that forked it would not outlive that. */
  replaceable: boolean;
}

/** The value of `GLIBC_TUNABLES` to start again with; undefined where nothing is to gain, or the choice is made. */
export function hugePages(args: readonly string[], system = thisSystem): string | undefined {
  if (args[0] !== 'train' || ['--help', '-h', '--dry-run'].some((option) => args.includes(option))) return undefined;
  const { setting, glibc, tunables, replaceable } = system();
  if (!replaceable) return undefined;
  if (!setting.includes('[madvise]') || tunables.includes(TUNABLE)) return undefined;
  if (glibc === undefined || !isAtLeast(glibc, OLDEST_GLIBC)) return undefined;
  return [tunables, `${TUNABLE}=1`].filter(Boolean).join(':');
}

/**
 * Starts this command line again with huge pages, in this same process: nothing after the call runs. Where Node may not,
 * by its option --permission, this process goes on without.
 */
export function startAgain(tunables: string): void {
  const command = [process.argv0, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, [MARK]: '1', GLIBC_TUNABLES: tunables };
  try {
    (process as Replaceable).execve?.(process.execPath, command, env);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error;
  }
}

/** Not in the types of Node 20. */
interface Replaceable {
  execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never;
}

export function thisSystem(): HugePageSystem {
  const tunables = process.env.GLIBC_TUNABLES ?? '';
  const replaceable = 'execve' in process && !process.channel && process.env[MARK] === undefined;
  try {
    return { setting: readFileSync(SETTING, 'utf8'), glibc: glibcVersion(), tunables, replaceable };
  } catch {
    return { setting: '', glibc: undefined, tunables, replaceable };
  }
}
