/** The file that samples a model folder's fused loop, in Python, as docs/fused.md shows it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { fusedFolder, PLAIN, TOLD } from '#test/models/fused.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const FILE = join(import.meta.dirname, '../../../docs/fused/loop.py');
const COUNT = 4;

/** Checks the graph, runs the file as it is, and prints its pictures, flat. */
const SCRIPT = `
import json, os, runpy, sys, onnx
file, where, folder, count = sys.argv[1:]
model = onnx.load(f"{folder}/fused/loop.onnx")
onnx.checker.check_model(model, full_check=True)
onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
os.chdir(where)
sys.argv = [file, folder, count]
print(json.dumps(runpy.run_path(file)["x"].flatten().tolist()))`;

describe('loop.py', skipBecause(lacksPython('onnx') ?? lacksPython('onnxruntime')), () => {
  const root = temporaryFolder();

  it.each([
    ['without conditions', PLAIN, {}, 'P5', {}],
    ['with classes and a number, guided', TOLD, { conditions: { age: 50 } }, 'P6', {}],
    ['of flow matching', PLAIN, {}, 'P5', { prediction_type: 'flow_prediction', shift: 2 }],
  ] as const)(
    'makes our pictures of a model %s, seed by seed',
    async (title, network, told, magic, scheduler) => {
      const { plain, fused } = await fusedFolder(join(root, title), network, { scheduler });
      const theirs: number[] = askPython(['-c', SCRIPT, FILE, root, fused, `${COUNT}`]);
      const model = await loadModel(plain, { device: 'cpu' });
      const { images } = await model.sample({ seed: 0, count: COUNT, steps: 3, ...told });
      await model.dispose();
      expectClose(theirs, images, { absolute: 1e-5, what: title });
      const header = `${magic} ${COUNT * 6} 6 255\n`;
      expect((await readFile(join(root, 'samples.pnm'))).subarray(0, header.length).toString('latin1')).toBe(header);
    },
    300_000,
  );

  it('stands in docs/fused.md as it is, beside the one in C#', async () => {
    const page = await readFile(join(FILE, '../../fused.md'), 'utf8');
    for (const [name, language] of [
      ['loop.py', 'python'],
      ['Loop.cs', 'csharp'],
    ] as const) {
      expect(page).toContain(`\`\`\`${language}\n${await readFile(join(FILE, '..', name), 'utf8')}\`\`\``);
    }
  });
});
