/**
 * Tests that cannot run everywhere say what they lack and what enables them; the reporter of the gates prints that at the end.
 */
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';

declare module 'vitest' {
  interface TaskMeta {
    skipReason?: string;
  }
}

/**
 * The options of a test or suite that is skipped for a reason, or runs without one.
 *
 *     describe('the CUDA engine', skipBecause(lacksCuda()), () => { ... });
 *     it('stops at Ctrl-C', skipBecause(LACKS_SIGINT), async () => { ... });
 *
 * Works for `describe`, `it`, `test` and their `.each` alike; a suite gives its reason to every test in it.
 *
 * @param reason one phrase, `what is missing: what enables the test`, say `tfjs-node is not set up:
 *   npx pipeline setup tfjs-node`; undefined runs the test. Equal reasons are printed as one line, so
 *   leave out what differs from test to test. A reason known only inside a test goes to `context.skip(reason)`.
 */
export const skipBecause = (reason: string | undefined): { skip?: true; meta?: { skipReason: string } } =>
  reason === undefined ? {} : { skip: true, meta: { skipReason: reason } };

/** The Python that tests call: the environment's PYTHON, or python3. */
export const PYTHON = process.env.PYTHON || 'python3';

/** The JSON on the last line that Python prints. @param args of Python: a script with its own, or `-c` and code */
export function askPython(args: readonly string[], options: ExecFileSyncOptions = {}) {
  const told = execFileSync(PYTHON, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28, ...options });
  return JSON.parse(String(told).trim().split('\n').at(-1)!);
}

/** Looks for modules without importing them, which takes seconds for torch. */
const FIND = 'import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, sys.argv[1:])))';

/** Why Python modules, listed with commas, cannot be used, for skipBecause; undefined if they can. `variable` names the environment's Python. */
export function lacksPython(module: string, python = PYTHON, variable = 'PYTHON'): string | undefined {
  try {
    execFileSync(python, ['-c', FIND, ...module.split(', ')], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${python} cannot import ${module}: ${variable}=path/to/python npm test`;
  }
}

/** Why tests that need `tar` cannot run, for skipBecause; undefined if it is installed. */
export function lacksTar(): string | undefined {
  try {
    execFileSync('tar', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'tar is not installed: apt-get install tar';
  }
}

/** Why a child process cannot be stopped as by Ctrl-C, for skipBecause. */
export const LACKS_SIGINT =
  process.platform === 'win32' ? 'Windows cannot send Ctrl-C to a child process: run on Linux or macOS' : undefined;
