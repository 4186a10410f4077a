import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  applyRow,
  compileSampler,
  isGuided,
  LINE_SAMPLERS,
  PACKED_COLUMNS,
  packTable,
  SAMPLER_NAMES,
} from '@onnoise/scheduler';
import type { PictureOptions } from '@onnoise/scheduler/model';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type DiffusionModel, loadModel, readModelFolder } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { eachLong } from '#test/each-long.ts';
import { fusedFolder, longs, openFused, PLAIN, TOLD } from '#test/models/fused.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

/** The same pictures by a loop and step by step, both on the CPU. */
async function expectSame(models: readonly [DiffusionModel, DiffusionModel], options: PictureOptions): Promise<void> {
  const [stepped, looped] = await Promise.all(models.map((model) => model.sample(options)));
  const what = JSON.stringify(options);
  expectClose(looped!.images, stepped!.images, { absolute: 1e-6, what });
}

describe('the loop', () => {
  const NETWORKS = [
    { name: 'a conditional network', network: TOLD, told: { conditions: { age: [20, 70] } } },
    { name: 'a plain network', network: PLAIN, told: {} },
    {
      name: 'a network of flow matching',
      network: TOLD,
      told: { conditions: { age: [20, 70] } },
      scheduler: { prediction_type: 'flow_prediction', shift: 2 },
      samplers: LINE_SAMPLERS,
    },
  ];
  eachLong(
    NETWORKS,
    "makes the pictures of every sampler, of $name, within the folder's own parity",
    async ({ network, told, scheduler = {}, samplers = SAMPLER_NAMES }) => {
      const { plain, fused } = await fusedFolder(await temporaryFolder(), network, { scheduler });
      const models = [
        await loadModel(plain, { device: 'cpu' }),
        await loadModel(fused, { device: 'cpu', fused: true }),
      ] as const;
      for (const sampler of samplers) {
        await expectSame(models, { sampler, steps: 5, count: 3, seed: 2 ** 33 + 1, ...told });
      }
      if (network !== PLAIN) {
        await expectSame(models, { guidance: 1, count: 2, steps: 4 });
        await expectSame(models, { guidance: 0, count: 2, steps: 4, labels: [1] });
        await expectSame(models, { guidance: 3, guidanceInterval: [300, 600], count: 4, steps: 6 });
        await expectSame(models, { sampler: 'dpmpp_2m', spacing: 'karras', steps: 4, count: 1 });
      }
      for (const model of models) await model.dispose();
    },
  );
});

describe('the step', () => {
  it('takes a row for each image: samplers are mixed in a call, guided or not', async () => {
    const { fused } = await fusedFolder(await temporaryFolder(), TOLD, { kinds: ['step'] });
    const artefact = await readModelFolder(fused);
    const guidance = { scale: 2.5, interval: [0, 999] } as const;
    const width = PACKED_COLUMNS.length;
    const chosen = [
      { sampler: 'heun', at: 1, guided: true },
      { sampler: 'unipc', at: 2, guided: false },
    ] as const;
    const rows = chosen.map(({ sampler, at, guided }) => {
      const table = compileSampler(artefact.scheduler, { sampler, steps: 4 });
      const packed = packTable(table, guided ? guidance : undefined);
      expect(isGuided(guided ? guidance : undefined, table.rows[at]!.timestep)).toBe(guided);
      return { row: table.rows[at]!, clip: table.clip, packed: [...packed.subarray(at * width, (at + 1) * width)] };
    });
    const size = 3 * 6 * 6;
    const dims = [2, 3, 6, 6];
    const values = (phase: number) => Float32Array.from({ length: 2 * size }, (_, i) => Math.sin(i * 1.3 + phase));
    const [sample, before, y, noise] = [0, 1, 2, 3].map(values) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const tensor = (data: Float32Array) => new Tensor('float32', data.slice(), dims);
    const conditions = Float32Array.of(0.5, 1, -0.2, 1);
    const session = await openFused(fused, 'step');
    const after = await session.run({
      sample: tensor(sample),
      row: new Tensor(
        'float64',
        rows.flatMap(({ packed }) => packed),
        [2, width],
      ),
      x0_prev: tensor(before),
      y: tensor(y),
      noise: tensor(noise),
      class_labels: longs([1, 0]),
      conditions: new Tensor('float32', conditions, [2, 2]),
      guidance: new Tensor('float64', [guidance.scale], [1]),
    });
    await session.release();
    const network = await loadNetwork(join(fused, 'unet', 'model.onnx'));
    const timestep = new Tensor(
      'float32',
      rows.map(({ row }) => row.timestep),
      [2],
    );
    const call = async (labels: number[], told: Float32Array) =>
      (
        await network.run({
          sample: tensor(sample),
          timestep,
          class_labels: longs(labels),
          conditions: new Tensor('float32', told, [2, 2]),
        })
      ).out_sample!.data as Float32Array;
    const [cond, none] = [await call([1, 0], conditions), await call([2, 2], new Float32Array(4))];
    await network.release();
    for (const [n, { row, clip }] of rows.entries()) {
      const part = (all: Float32Array) => all.slice(n * size, (n + 1) * size);
      const output = part(cond).map((value, i) =>
        chosen[n]!.guided ? part(none)[i]! + guidance.scale * (value - part(none)[i]!) : value,
      );
      const [x, x0, kept] = [part(sample), part(before), part(y)];
      expect(applyRow(row, clip, x, output, x0, part(noise), kept)).toBe(true);
      for (const [name, expected] of Object.entries({ next_sample: x, x0, next_y: kept })) {
        expectClose(part(after[name]!.data as Float32Array), expected, { absolute: 2e-5, what: `${name} of ${n}` });
      }
    }
  }, 300_000);
});

const loadNetwork = async (path: string) =>
  (await import('onnxruntime-node')).InferenceSession.create(await readFile(path));
