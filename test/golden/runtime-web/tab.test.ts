/** A model folder that a browser tab makes, in Python: ONNX's checker, onnxruntime and diffusers. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { modelFolder } from '#runtime-web/trainer/model-folder.ts';
import { openStep } from '#runtime-web/trainer/step-folder.ts';
import { STEP_FILES } from '#scheduler/training/index.ts';
import { lacksPython, PYTHON, skipBecause } from '../../support/skip.ts';

const SHIPPED = join(import.meta.dirname, '../../../site/public/training/digits');
const SCRIPT = fileURLToPath(new URL('tab.py', import.meta.url));

it('diffusers and onnxruntime read the model folder of a tab, and agree', {
  timeout: 240_000,
  ...skipBecause(lacksPython('diffusers, onnx, onnxruntime')),
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-tab-'));
  try {
    const read = async (path: string) => [path, Uint8Array.from(await readFile(join(SHIPPED, path)))] as const;
    const step = await openStep(Object.fromEntries(await Promise.all(Object.values(STEP_FILES).map(read))));
    const files = await modelFolder(step, step.state, { name: 'digits', count: 2000 });
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const told = execFileSync(PYTHON, [SCRIPT, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const { difference, picture } = JSON.parse(told.trim().split('\n').at(-1)!);
    expect(difference).toBeLessThan(1e-4);
    expect(picture.slice(0, 2)).toEqual([16, 16]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
