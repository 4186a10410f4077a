/** A program that prints while a native library warns on descriptor 2. Its argument says how it ends. */
import { writeSync } from 'node:fs';
import { isApart, runApart, speakToTerminal } from '#base/terminal/apart.ts';

if (!isApart()) {
  process.exitCode = await runApart();
} else {
  speakToTerminal();
  writeSync(2, 'Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced\nthe driver failed\n');
  process.stderr.write('Device: webgpu\n');
  process.stdout.write('a result\n');
  if (process.argv[2] === 'wait') setInterval(() => {}, 1000);
  else process.exit(Number(process.argv[2]));
}
