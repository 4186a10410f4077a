import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFiles } from '#pipeline/evaluate/report/files.ts';
import { temporaryFolder } from '#test/images.ts';

const root = temporaryFolder();

async function modelFolder(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'README.md'), '# a model\n');
  return folder;
}

test('one evaluation at a time writes to a folder, and to a model', async () => {
  const [model, other] = [await modelFolder('model'), await modelFolder('other')];
  const first = await openFiles(join(root, 'a'), model);
  await expect(openFiles(join(root, 'a'), other)).rejects.toThrow(
    /Cannot write the evaluation to .*a: another process/,
  );
  await expect(openFiles(join(root, 'b'), model)).rejects.toThrow(/to .*model: another process .* is writing there/);
  expect(existsSync(join(root, 'b'))).toBe(false);
  await first.close();
  expect([existsSync(join(root, 'a')), readdirSync(model)]).toEqual([false, ['README.md']]);
  await (await openFiles(join(root, 'a'), model)).close(); // the refused ones have left no lock
  await (await openFiles(join(root, 'b'), other)).close();
});

test('results may lie in the model folder', async () => {
  const model = await modelFolder('both');
  await (await openFiles(model, model)).close();
  expect(readdirSync(model)).toEqual(['README.md']);
});
