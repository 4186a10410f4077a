/**
 * Rewrites docs/help/*.txt, the help texts of the command line: `npx tsx scripts/help.ts`. A test keeps them current.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMAND_NAMES, helpText } from '../pipeline/src/cli.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'help');
await mkdir(folder, { recursive: true });
for (const command of [undefined, ...COMMAND_NAMES]) {
  const file = join(folder, `${command ?? 'pipeline'}.txt`);
  await writeFile(file, await helpText(command));
  console.log(file);
}
