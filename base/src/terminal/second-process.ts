/**
 * The program's own command line in a second process, which gets every signal that this one gets and ends when this one
 * ends, however that was.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

const MARK = 'ONNOISE_SECOND_PROCESS';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** Windows gives Ctrl-C to both, and opens a window for a child that is detached. */
const ALONE = process.platform !== 'win32';

/**
 * Starts it with these variables. It has a process group of its own, so that a terminal's Ctrl-C reaches it once: from here.
 * An open channel, descriptor 3, tells it that this process lives. Its descriptor 2 is a pipe for the caller to read, and
 * its descriptor 4 is where this process's own descriptor 2 goes.
 */
export function startSecond(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'pipe', 'ipc', 2],
    env: { ...process.env, ...env, [MARK]: '1' },
    detached: ALONE,
  });
}

/** Passes on signals until the second process ends, and returns its exit code: 128 and its number after a signal. */
export async function followSecond(child: ChildProcess): Promise<number> {
  const pass = (signal: NodeJS.Signals) => void ((ALONE || signal !== 'SIGINT') && child.kill(signal));
  for (const signal of SIGNALS) process.on(signal, pass);
  // Ctrl-Z stops both; whoever wakes this one wakes both.
  const pause = () => {
    child.kill('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  };
  const wake = () => void child.kill('SIGCONT');
  if (ALONE) process.on('SIGTSTP', pause).on('SIGCONT', wake);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  for (const name of SIGNALS) process.off(name, pass);
  if (ALONE) process.off('SIGTSTP', pause).off('SIGCONT', wake);
  if (signal === null) return code!;
  process.stderr.write(`${signal} ended the command.\n`);
  return 128 + constants.signals[signal];
}

/** Called first in every process: the second one ends with the first. */
export function endWithFirst(): void {
  if (process.env[MARK] === undefined) return;
  delete process.env[MARK];
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
