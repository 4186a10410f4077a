import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '#test/pictures/images.ts';
import type { Work } from '../../../../scripts/bench/tasks.ts';
import { startTorch, type TorchSide } from '../../../../scripts/bench/torch-side.ts';

const root = temporaryFolder();
const work: Work = { do: 'call', channels: [4, 8], size: 8, batch: 1 };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A program that stands for Python: it answers as torch_side.py does. */
function fakePython(name: string, body: string): void {
  const path = join(root, name);
  writeFileSync(path, `#!${process.execPath}\n${body}`);
  chmodSync(path, 0o755);
  vi.stubEnv('PYTHON', path);
}

it('a Python that is missing or has no torch leaves only our side', async () => {
  vi.stubEnv('PYTHON', join(root, 'none'));
  expect(await startTorch()).toEqual({ missing: `${join(root, 'none')}: there is none` });
  fakePython('bare', "console.error('Traceback\\nModuleNotFoundError: No module named torch'); process.exit(1)");
  const { missing } = (await startTorch()) as { missing: string };
  expect(missing).toMatch('says "ModuleNotFoundError: No module named torch"');
});

it('a way that cannot run is refused, the others go on', async () => {
  fakePython(
    'torch',
    `console.log(JSON.stringify({ torch: '9.9', threads: 2 }));
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line);
  const opened = asked.as === 'compile' ? { refused: 'no compiler' } : { opened: 3 };
  const answers = { open: opened, round: { ms: 10 * asked.times + asked.number }, close: {} };
  if (asked.do === 'round' && asked.times === 7) { console.error('out of memory'); process.exit(1); }
  console.log(JSON.stringify(answers[asked.do]));
});`,
  );
  const torch = (await startTorch()) as TorchSide;
  expect(torch.about).toBe('PyTorch 9.9, 2 threads');
  expect(await torch.open(work, 'compile')).toEqual({ refused: 'no compiler' });
  const side = await torch.open(work, 'fused');
  if ('refused' in side) throw new Error(side.refused);
  expect(side.name).toBe('PyTorch, eager');
  const trained = await torch.open({ ...work, do: 'training' }, 'bf16');
  expect(trained).toMatchObject({ name: 'PyTorch, bf16 autocast, fused Adam', ours: false });
  expect(await side.round(2)).toBe(23);
  await torch.close();
  await expect(side.round(7)).rejects.toThrow('stopped: out of memory');
});
