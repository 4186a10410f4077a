/** Writes docs/help/*.txt, which git ignores: what `--help` of each command shows. A release keeps them. */
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
