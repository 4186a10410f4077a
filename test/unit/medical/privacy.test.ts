/** What a DICOM file knows of a patient stays in it; test/slow/data/privacy.test.ts goes on to models and reports. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { filesBelow, plantedFiles, SECRETS, secretsIn } from '#test/pictures/planted.ts';
import { runCli } from '#test/run-cli.ts';

const root = temporaryFolder();

it('no patient is named in the cache, nor in what prepare prints', async () => {
  const [scans, cache] = [join(root, 'scans'), join(root, 'cache')];
  const written = plantedFiles(20);
  await writeFiles(scans, written);
  expect(secretsIn(Buffer.from(written['1.dcm']!))).toEqual(SECRETS); // so that the search itself is right
  const printed: string[] = [];
  for (const strict of [[], ['--strict']]) {
    const args = ['--data', scans, '--cache-dir', cache, '--size', '8', '--verbose', ...strict];
    const { stdout, stderr } = await runCli('prepare', ...args);
    printed.push(stdout, stderr);
  }
  const text = printed.join('\n');
  for (const file of ['bad-1', 'bad-2', 'bad-3', 'bad-4', 'bad-5']) expect(text).toContain(`${file}.dcm: `);
  expect(secretsIn(Buffer.from(text))).toEqual([]);
  const outputs = [...filesBelow(cache)];
  expect(outputs.length).toBe(2);
  expect(outputs.filter((path) => secretsIn(readFileSync(path)).length > 0)).toEqual([]);
  expect(secretsIn(Buffer.from(outputs.map((path) => path.slice(root.length)).join()))).toEqual([]);
});
