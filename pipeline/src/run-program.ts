/**
 * The command line as a program, by the name that the user knows it by: what `bin/pipeline.mjs` and the package `onnoise`
 * start. It loads no more than the command needs, since a program should answer at once.
 */
import { endWithFirst, isApart, opensGpu, runApart, speakToTerminal } from '@onnoise/base/terminal';
import { setProgram } from '@onnoise/base/text';

/** Runs the command line that this process was started with, and sets its exit code. */
export async function runProgram(name: string): Promise<void> {
  const args = process.argv.slice(2);
  endWithFirst();
  const hasGpu = async () => (await import('@onnoise/runtime-node')).lacksGpu() === undefined;
  if (!isApart() && (await opensGpu(args, hasGpu))) {
    process.exitCode = await runApart();
    return;
  }
  if (isApart()) speakToTerminal();
  const { guardStreams } = await import('@onnoise/base/terminal');
  guardStreams();
  setProgram(name);
  const { main } = await import('./cli.ts');
  process.exitCode = await main(args);
}
