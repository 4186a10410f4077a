/** A model folder that a browser tab makes, in Python: ONNX's checker, onnxruntime and diffusers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { modelFolder } from '#runtime-web/trainer/model-folder.ts';
import { openStep } from '#runtime-web/trainer/step-folder.ts';
import { STEP_FILES } from '#scheduler/training/index.ts';
import { temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const SHIPPED = join(import.meta.dirname, '../../../site/public/training/digits');
const folder = temporaryFolder();
const SCRIPT = fileURLToPath(new URL('tab.py', import.meta.url));

it('diffusers and onnxruntime read the model folder of a tab, and agree', {
  timeout: 240_000,
  tags: 'long',
  ...skipBecause(lacksPython('diffusers, onnx, onnxruntime')),
}, async () => {
  const read = async (path: string) => [path, Uint8Array.from(await readFile(join(SHIPPED, path)))] as const;
  const step = await openStep(Object.fromEntries(await Promise.all(Object.values(STEP_FILES).map(read))));
  const files = await modelFolder(step, step.state, { name: 'digits', count: 2000 });
  const { difference, picture } = askPython([SCRIPT, await writeFiles(folder, files)]);
  expect(difference).toBeLessThan(1e-4);
  expect(picture.slice(0, 2)).toEqual([16, 16]);
});
