/**
 * The command line as a program, by the name that the user knows it by: what `bin/pipeline.mjs` and the package `onnoise`
 * start. It loads no more than the command needs, since a program should answer at once.
 */
import { isApart, opensGpu, runApart, speakToTerminal } from './terminal/apart.ts';
import { hugePages, startAgain } from './terminal/huge-pages.ts';
import { endWithFirst } from './terminal/second-process.ts';
import { setProgram } from './text/program.ts';

/** Runs the command line that this process was started with, and sets its exit code. */
export async function runProgram(name: string): Promise<void> {
  const args = process.argv.slice(2);
  endWithFirst();
  const tunables = hugePages(args);
  if (tunables !== undefined) startAgain(tunables);
  const hasGpu = async () => (await import('@onnoise/runtime-node')).lacksGpu() === undefined;
  if (!isApart() && (await opensGpu(args, hasGpu))) {
    process.exitCode = await runApart();
    return;
  }
  if (isApart()) speakToTerminal();
  const { guardStreams } = await import('./terminal/streams.ts');
  guardStreams();
  setProgram(name);
  const { main } = await import('./cli.ts');
  process.exitCode = await main(args);
}
