#!/usr/bin/env node
// Lets Node load TypeScript, then starts the command line. tsconfig.json is for editors: nothing of it is read here.
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
const { isApart, opensGpu, runApart, speakToTerminal } = await import('../src/terminal/apart.ts');
const args = process.argv.slice(2);
const hasGpu = async () => (await import('@onnoise/runtime-node')).lacksGpu() === undefined;
if (!isApart() && (await opensGpu(args, hasGpu))) {
  process.exitCode = await runApart();
} else {
  if (isApart()) speakToTerminal();
  const { guardStreams } = await import('../src/terminal/streams.ts');
  guardStreams();
  const { main } = await import('../src/cli.ts');
  process.exitCode = await main(args);
}
