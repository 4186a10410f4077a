import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** `npm start` in another folder, so that it trains from nothing and touches no run of the user. */
function start(cwd: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
    execFile(process.execPath, [tsx, join(root, 'scripts', 'start.ts')], { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

test('npm start trains, exports and samples, says where everything is, and can be started again', async () => {
  const folder = await temporaryFolder();
  const first = await start(folder);
  expect(first.code, first.output).toBe(0);
  for (const file of ['runs/digits/metrics.jsonl', 'out/digits/README.md', 'out/digits/unet/model.onnx']) {
    expect(existsSync(join(folder, file)), file).toBe(true);
    const part = file.split('/').slice(0, 2).join('/');
    expect(first.output).toContain(part);
  }
  expect(first.output).toContain('npx pipeline sample --model out/digits');
  const { width } = await sharp(join(folder, 'out/digits/samples.png')).metadata();
  expect(width).toBeGreaterThan(500);

  const steps = (await readFile(join(folder, 'runs/digits/metrics.jsonl'), 'utf8')).split('\n').length;
  const second = await start(folder);
  expect(second.code, second.output).toBe(0);
  expect((await readFile(join(folder, 'runs/digits/metrics.jsonl'), 'utf8')).split('\n').length).toBe(steps);
  expect((await loadModel(join(folder, 'out/digits'), { device: 'cpu' })).classes).toBe(10);
});
