/** The sampler's loop on WebGPU, on the software adapter: small networks, few steps. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import proto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import type { SampleRequest } from '#runtime-web/index.ts';
import {
  applyRow,
  gaussian,
  guide,
  LINE_SAMPLERS,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerRow,
  sampleImages,
} from '#scheduler/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { expectPicturesOfNode, openEngine, sampleAll } from '#test/browser/engine.ts';
import { useBrowser, useHost, type VisitOptions } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { exactEmbedding } from '#test/models/embedding.ts';
import { tinyArtefact, tinyOnnx, tinyOutput } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';
import { auxiliaryTable } from '#test/tables.ts';
import { encodeModel, trace, traceAnyBatch } from '#tracer/index.ts';
import { guardFloat } from '#training/folder/guard.ts';
import { type EmbeddingOptions, timeEmbedding } from '#training/layers/time-embedding.ts';

const MODELS = join(import.meta.dirname, '..', '..', '..', 'models');

describe('WebGPU', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost({ folders: { '/models/': MODELS } });

  const open = (options: VisitOptions = {}) => openEngine(browser(), host(), options);

  const noise = (seed: number) => {
    const values = new Float32Array(700); // more than two workgroups, and not a whole number of them
    gaussian(seed, 0, values);
    return values;
  };

  const ROW = { timestep: 9.5, signal: 1, noise: 0, p: 1.5, q: -0.7, A: 0.9, E: 0.2, B: 0.3, C: -0.4, F: 0, D: 0.5 };
  const AUXILIARY: SamplerRow[] = [
    { ...ROW, F: 0.35, y: { a: 0.3, e: -0.6, b: 0.8, c: 0.15, f: -0.45 } },
    { ...ROW, C: 0.25, F: -0.9, D: 0, y: undefined },
    { ...ROW, E: -0.2, F: 0.7, y: { a: 0, e: 1, b: 0, c: 0, f: 0 } },
  ];
  const PLAIN = [
    { ...ROW, y: undefined },
    { ...ROW, A: -0.2, D: 0, y: undefined },
  ];

  it('applies rows as the sampler does: of the auxiliary picture, and guided by the half without a condition', {
    tags: 'long',
  }, async () => {
    const page = await open();
    const [x, x0, output, z, y, without] = [1, 2, 3, 4, 5, 6].map(noise);
    const list = (...parts: (Float32Array | undefined)[]) => parts.flatMap((part) => [...part!]);
    const cases = [
      ...[1, 2, 3].flatMap((count) =>
        [1, null].map((clip) => ({ rows: AUXILIARY.slice(0, count), clip, guidance: undefined })),
      ),
      ...[1, 0, 2.5].map((guidance) => ({ rows: PLAIN, clip: 1, guidance })),
    ];
    for (const { rows, clip, guidance } of cases) {
      const guided = guidance !== undefined;
      const values = guided
        ? { x: list(x, x), x0: list(x0), output: list(output, without), z: list(z) }
        : { x: list(x), x0: list(x0), output: list(output), z: list(z), y: list(y) };
      const made = await page.evaluate(
        ({ rows, clip, values, guidance }) => window.engine.applyRows(rows, clip, values, guidance),
        { rows, clip, values, guidance },
      );
      const expected = { x: x!.slice(), x0: x0!.slice(), y: y!.slice() };
      const told = output!.slice();
      if (guided) guide(output!, without!, guidance, told);
      for (const row of rows) applyRow(row, clip, expected.x, told, expected.x0, z!, expected.y);
      const what = `${rows.length} rows, clip ${clip}, guidance ${guidance}`;
      // Both halves of a guided x stay the same.
      expectClose(made.x, guided ? list(expected.x, expected.x) : expected.x, { absolute: 5e-6, what: `x of ${what}` });
      expectClose(made.x0, expected.x0, { absolute: 5e-6, what: `x0 of ${what}` });
      if (!guided) expectClose(made.y, expected.y, { absolute: 5e-6, what: `y of ${what}` });
    }
  });

  it('samples by tables with and without the auxiliary picture, one after another, from noise of any size', {
    tags: 'long',
  }, async () => {
    host().mount('/tiny/', await tinyArtefact({ shape: [3, 5, 7] }));
    const page = await open();
    const plain = auxiliaryTable(1, { rows: 5, needsY: false });
    const tables = [plain, auxiliaryTable(2, { rows: 6 }), plain, auxiliaryTable(3, { rows: 4 })];
    expect(new Set(tables.map(({ start }) => start)).size).toBe(3);
    const seeds = [5, 3];
    const made = await page.evaluate(({ tables, seeds }) => window.engine.sampleTables('/tiny', tables, seeds), {
      tables,
      seeds,
    });
    for (const [i, table] of tables.entries()) {
      const expected = await sampleImages({
        table,
        shape: [3, 5, 7],
        seeds,
        denoise: async (x, timesteps) => x.map((value, k) => tinyOutput(value, timesteps[Math.floor(k / 105)]!, 0)),
      });
      expectClose(made[i]!, expected, { absolute: 1e-4, what: `table ${i}` });
    }
  });

  it('embeds timesteps between whole ones as float64 does, with captured commands', { tags: 'long' }, async () => {
    const options = { count: 1000, width: 8, shift: 0, cosFirst: true };
    const onnx = embeddingNetwork(options, [2, 4]);
    host().mount('/embedding/', await tinyArtefact({ shape: [1, 2, 4], T: 1000 }, { onnx }));
    const times = [0, 0.5, 1, 17.25, 499.96, 997.499, 998.4, 999];
    const tables = times.map((timestep) => {
      const row = { timestep, signal: 1, noise: 0, p: 0, q: 0, A: 0, E: 1, B: 0, C: 0, F: 0, D: 0, y: undefined };
      return { sampler: 'ddim' as const, steps: 1, clip: null, start: 1, signal: 0, rows: [row] };
    });
    const page = await open();
    const made = await page.evaluate((tables) => window.engine.sampleTables('/embedding', tables, [1, 2]), tables);
    for (const [i, timestep] of times.entries()) {
      const expected = exactEmbedding(options, Math.fround(timestep));
      expectClose(made[i]!, [...expected, ...expected], { absolute: 1e-6, what: `timestep ${timestep}` });
    }
  });

  it('notes the first step whose output or picture is not finite, and nothing for numbers of any size', {
    tags: 'long',
  }, async () => {
    const page = await open();
    const row = { ...ROW, p: 0, q: 0, A: 0, E: 0, B: 1, C: 0, D: 0, y: undefined };
    const bad = (output: number[], rows: SamplerRow[] = [row, row]) =>
      page.evaluate(
        async ({ rows, numbers }) => {
          const output = numbers.map(Number); // JSON has no NaN or infinity
          const zeros = output.map(() => 0);
          const values = { x: zeros, x0: zeros, output, z: zeros };
          return (await window.engine.applyRows(rows, 1, rows[0]!.y ? { ...values, y: zeros } : values)).bad;
        },
        { rows, numbers: output.map(String) },
      );
    const long = (last: number) => [...new Array<number>(699).fill(1), last];
    const summing = { ...row, y: { a: 0, e: 1, b: 0, c: 0, f: 1 } }; // y is the sum of the outputs
    for (const [step, output, rows] of [
      [null, long(3.4e38)],
      [null, long(-1e-40)],
      [1, long(Number.NaN)],
      [1, long(Number.NEGATIVE_INFINITY)],
      [1, [Number.POSITIVE_INFINITY, 0]],
      [2, long(3e38), [row, { ...row, E: 2 }]],
      [null, long(3e38), [summing]],
      [null, long(3e38), [summing, row]],
      [2, long(3e38), [summing, summing]],
      [1, long(Number.NaN), [summing]],
    ] as const)
      expect([rows?.length, output.at(-1), await bad([...output], rows && [...rows])]).toEqual([
        rows?.length,
        output.at(-1),
        step,
      ]);
  });

  it.each(['webgpu', 'wasm'] as const)(
    'refuses a network whose output is not finite, and samples again after it (%s)',
    { tags: 'long' },
    async (device) => {
      host().mount('/nan/', await tinyArtefact({ gain: Number.NaN }));
      host().mount('/infinite/', await tinyArtefact({ gain: Number.POSITIVE_INFINITY }));
      const seen = await (await open()).evaluate(async (device) => {
        const failures: string[] = [];
        for (const url of ['/nan', '/infinite']) {
          const model = await window.engine.loadModel(url, { device });
          for (const onStep of [undefined, () => undefined]) {
            await model
              .sample({ sampler: 'ddim', steps: 4, seed: 5, onStep })
              .catch(({ name, message }: Error) => failures.push(`${name}: ${message}`));
          }
          await model.dispose();
        }
        return failures;
      }, device);
      expect(seen).toHaveLength(4);
      for (const failure of seen) {
        expect(failure).toMatch(
          /^InputError: Cannot sample images: the network's output must be finite numbers, received (NaN|-?Infinity|NaN or infinity) at step 1 of 4 \(timestep 75(, seed 5)?\)\.$/,
        );
      }
    },
  );

  it.each([
    ['a chain of betas', {}, SAMPLER_NAMES],
    ['flow matching', { prediction_type: 'flow_prediction', shift: 2 }, LINE_SAMPLERS],
  ])(
    'makes the pictures of Node with captured commands, for one batch size after another and with each sampler of %s',
    async (_, schedule, samplers) => {
      const schedulerConfig = parseSchedulerConfig({ num_train_timesteps: 100, ...schedule });
      const folder = await tinyArtefact({ shape: [3, 5, 7], classes: 3 }, { schedulerConfig });
      const [first] = samplers;
      host().mount('/tiny/', folder);
      const requests: SampleRequest[] = [
        { seeds: [3, 1, 2], steps: 6, sampler: first, labels: [2, 0] },
        { seeds: [3, 1, 2], steps: 4, labels: [1] },
        { seed: 2 ** 41, steps: 5, sampler: 'ddim', eta: 1, labels: [2] },
        { seed: 9, count: 5, steps: 1 },
        ...samplers.map((sampler): SampleRequest => ({ seeds: [4, 2], steps: 5, sampler, labels: [1, 2] })),
      ];
      const { reason, made } = await sampleAll(await open(), '/tiny', requests);
      expect(reason).toMatch(/captured once and replayed/);
      await expectPicturesOfNode(folder, requests, made);
    },
  );

  it('makes the pictures of Node with the digits model', { tags: 'long' }, async () => {
    const requests: SampleRequest[] = [{ seeds: [7], steps: 2, labels: [4], sampler: 'ddpm' }];
    const { reason, made } = await sampleAll(await open(), '/models/digits', requests);
    expect(reason).toMatch(/captured once and replayed/);
    await expectPicturesOfNode(join(MODELS, 'digits'), requests, made);
  });

  it('does without captured commands where a part of the network runs on the processor', { tags: 'long' }, async () => {
    const folder = await tinyArtefact({ shape: [1, 4, 4], classes: 2 });
    await writeFile(
      join(folder, 'unet', 'model.onnx'),
      withNodeOnProcessor(tinyOnnx({ shape: [1, 4, 4], classes: 2 })),
    );
    host().mount('/mixed/', folder);
    const requests: SampleRequest[] = [
      { seeds: [3, 1], steps: 4, sampler: 'ddpm' },
      { seeds: [5, 4, 6], steps: 3 },
    ];
    const { reason, made } = await sampleAll(await open(), '/mixed', requests);
    expect(reason).toMatch(/not captured: a part of it runs on the processor\.$/);
    await expectPicturesOfNode(folder, requests, made);
  });

  it('runs in browsers whose WebAssembly cannot wait for promises', { tags: 'long' }, async () => {
    const folder = await tinyArtefact({ shape: [1, 4, 4] });
    host().mount('/tiny/', folder);
    const init = () => {
      delete (WebAssembly as { Suspending?: unknown }).Suspending;
    };
    const requests: SampleRequest[] = [{ seeds: [3, 1], steps: 4, sampler: 'ddpm' }];
    const before = host().log.length;
    const { made } = await sampleAll(await open({ init }), '/tiny', requests);
    await expectPicturesOfNode(folder, requests, made);
    const runtimes = host()
      .log.slice(before)
      .filter(({ path }) => path.endsWith('.wasm'));
    expect(runtimes.map(({ path }) => path)).toEqual([expect.stringContaining('asyncify')]);
  });

  it('gives way to WebAssembly where a graphics card is there and does not work, unless it was asked for', {
    tags: 'long',
  }, async () => {
    const folder = await tinyArtefact({ shape: [1, 4, 4] });
    host().mount('/tiny/', folder);
    const page = await open({
      init: () => {
        if (!('gpu' in navigator)) return; // the blank page that comes first
        Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => ({ vendor: 'acme', architecture: 'one' }) });
        GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error('The driver is too old.'));
      },
    });
    const requests: SampleRequest[] = [{ seeds: [3, 1], steps: 4, sampler: 'ddpm' }];
    const { device, reason, made } = await sampleAll(page, '/tiny', requests, 'auto');
    expect(device).toBe('wasm');
    expect(reason).toMatch(
      /^WebGPU was tried first\. .* must give a device, received "The driver is too old\."\. WebAssembly has /,
    );
    await expectPicturesOfNode(folder, requests, made);
    await expect(sampleAll(page, '/tiny', requests)).rejects.toThrow('must give a device');

    host().fault(/model\.onnx$/, { length: 100 });
    await expect(sampleAll(page, '/tiny', requests, 'auto')).rejects.toThrow(
      'must be an ONNX network, received the first 100 bytes of 347',
    );
  });

  it('tells of each step that is wanted, in order, and of no other', { tags: 'long' }, async () => {
    host().mount('/tiny/', await tinyArtefact());
    const page = await open();
    const told = await page.evaluate(async () => {
      const model = await window.engine.loadModel('/tiny', { device: 'webgpu' });
      const told: { step: number; timestep: number; x: number[] }[] = [];
      const { images } = await model.sample({
        steps: 9,
        wantsStep: (step, steps) => step % 4 === 0 || step === steps,
        onStep: ({ step, timestep, x }) => told.push({ step, timestep, x: Array.from(x) }),
      });
      await model.dispose();
      return { told, images: Array.from(images) };
    });
    expect(told.told.map(({ step }) => step)).toEqual([4, 8, 9]);
    expect(told.told.at(-1)!.x).toEqual(told.images);
    expect(told.told[0]!.x).not.toEqual(told.images);
  });

  it('stops between steps when cancelled, and samples again', { tags: 'long' }, async () => {
    host().mount('/tiny/', await tinyArtefact());
    const page = await open();
    const seen = await page.evaluate(async () => {
      const model = await window.engine.loadModel('/tiny', { device: 'webgpu' });
      const before = await model.sample({ steps: 3 });
      const cancel = new AbortController();
      const steps: number[] = [];
      const onStep = ({ step }: { step: number }) => {
        if (steps.push(step) === 3) cancel.abort();
      };
      const end = await model.sample({ steps: 90, onStep, signal: cancel.signal }).then(
        () => 'all steps',
        (error: Error) => error.name,
      );
      const after = await model.sample({ steps: 3 });
      return { end, steps: steps.length, same: before.images.every((value, i) => value === after.images[i]) };
    });
    expect(seen).toMatchObject({ end: 'AbortError', same: true });
    expect(seen.steps).toBeLessThan(6);
  });

  it('fails in a sentence when the device is lost, and works once the model is loaded again', async () => {
    host().mount('/tiny/', await tinyArtefact());
    const page = await open();
    const seen = await page.evaluate(async () => {
      const model = await window.engine.loadModel('/tiny', { device: 'webgpu' });
      const onStep = () => window.engine.devices.at(-1)!.destroy();
      const failure = () =>
        model.sample({ steps: 90, onStep }).then(
          () => 'It worked.',
          (error: Error) => `${error.name}: ${error.message}`,
        );
      const failures = [await failure(), await failure()];
      await model.dispose();
      const again = await window.engine.loadModel('/tiny', { device: 'webgpu' });
      return { failures, images: (await again.sample({ steps: 2 })).images.length };
    });
    for (const failure of seen.failures) {
      expect(failure).toMatch(/^InputError: Cannot sample images: the GPU must stay ready, received "device lost/);
    }
    expect(seen.images).toBe(16);
  });
});

/** Its output is the embedding of the timestep, as many values as a gray image has; like real ones it ends in Conv. */
function embeddingNetwork(options: EmbeddingOptions, [height, width]: readonly [number, number]): Uint8Array {
  const embed = timeEmbedding(options);
  const draw = (sample: tf.Tensor, timestep: tf.Tensor) => {
    const image = tf.reshape(embed({ training: false }, timestep as tf.Tensor1D), [-1, height, width, 1]);
    const x = tf.add(tf.mul(tf.transpose(sample, [0, 2, 3, 1]), 0), image) as tf.Tensor4D;
    return tf.transpose(tf.conv2d(x, tf.ones([1, 1, 1, 1]), 1, 'same'), [0, 3, 1, 2]);
  };
  const graph = traceAnyBatch((batch) =>
    trace(
      ({ sample, timestep }) => ({ out_sample: draw(sample!, timestep!) }),
      [
        { name: 'sample', shape: [batch, 1, height, width], dtype: 'float32' },
        { name: 'timestep', shape: [batch], dtype: 'float32' },
      ],
    ),
  );
  guardFloat(graph, 'timestep', options.count);
  return encodeModel(graph);
}

/** Adds Hardmax, for which WebGPU has no kernel, times 0. */
function withNodeOnProcessor(onnx: Uint8Array): Uint8Array {
  const model = proto.onnx.ModelProto.decode(onnx).toJSON() as {
    graph: { node: object[]; initializer: object[]; output: { name: string }[] };
  };
  const { graph } = model;
  const text = JSON.stringify(graph.node).replaceAll('"out_sample"', '"inner"');
  graph.initializer.push({ name: 'zero', dataType: proto.onnx.TensorProto.DataType.FLOAT, dims: [], floatData: [0] });
  graph.node = [
    ...(JSON.parse(text) as object[]),
    { opType: 'Hardmax', input: ['inner'], output: ['hard'] },
    { opType: 'Mul', input: ['hard', 'zero'], output: ['nothing'] },
    { opType: 'Add', input: ['inner', 'nothing'], output: ['out_sample'] },
  ];
  return proto.onnx.ModelProto.encode(proto.onnx.ModelProto.fromObject(model)).finish();
}
