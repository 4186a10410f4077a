/** Writes the table of docs/packages.md: `npm run sizes`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll } from './packed.ts';
import { ROOT } from './paths.ts';
import { measured, sizeTable, withTable } from './sizes.ts';

const out = await mkdtemp(join(tmpdir(), 'onnoise-sizes-'));
try {
  const table = await sizeTable((await packAll(out)).map(measured));
  const document = join(ROOT, 'docs', 'packages.md');
  await writeFile(document, withTable(await readFile(document, 'utf8'), table));
  console.log(table);
} finally {
  await rm(out, { recursive: true, force: true });
}
