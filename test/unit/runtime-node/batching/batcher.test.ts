import {
  compileSampler,
  type Denoiser,
  type Guidance,
  guidedDenoiser,
  type ImageSeed,
  InputError,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerTable,
  sampleImages,
} from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createBatcher, type RunBatch } from '#runtime-node/batching/batcher.ts';
import { partialSteps, sampling, singleCall, type Trajectory } from '#runtime-node/batching/trajectory.ts';
import { auxiliaryTable } from '#test/tables.ts';

const SIZE = 16;
const config = parseSchedulerConfig({ num_train_timesteps: 100 });

/** A network that treats every image on its own: out = 0.5 x + t / 100 + label / 10 + told / 4, pixel by pixel. */
const network: RunBatch = async (x, timesteps, rows) =>
  x.map((v, i) => {
    const image = Math.floor(i / SIZE);
    const [label = 0, ...told] = rows[image]!;
    return 0.5 * v + timesteps[image]! / 100 + label / 10 + told[i % SIZE]! / 4;
  });

/** @param told as a picture */
const rowOf = (label: number, told: Float32Array = new Float32Array(SIZE)) => Float32Array.of(label, ...told);
/** A class that is none of the others: that of images without a condition. */
const NULL_ROW = rowOf(10);

interface Asked {
  seeds: ImageSeed[];
  label: number;
  table: SamplerTable;
  from?: Float32Array | undefined;
  mask?: Float32Array | undefined;
  told?: Float32Array | undefined;
  guidance?: Guidance | undefined;
}

const ddim = (steps: number) => compileSampler(config, { sampler: 'ddim', steps });

const trajectories = ({ seeds, label, told, ...asked }: Asked): Trajectory[] =>
  seeds.map((seed) => sampling({ ...asked, size: SIZE, seed, row: rowOf(label, told), nullRow: NULL_ROW }));

const alone = ({ table, seeds, label, told, guidance, from, mask }: Asked) => {
  const rows = seeds.map(() => rowOf(label, told));
  const plain: Denoiser = (x, timesteps) => network(x, timesteps, rows);
  const doubled: Denoiser = (x, timesteps) => network(x, timesteps, [...rows, ...rows.map(() => NULL_ROW)]);
  const denoise = guidance ? guidedDenoiser(plain, doubled, guidance) : plain;
  return sampleImages({ table, shape: [1, 4, 4], seeds, denoise, from, mask });
};

const steps = fc.integer({ min: 1, max: 20 });
/** Of noise alone or of a picture; steps are made once or twice. */
const parts = fc.record({ strength: fc.constantFrom(1, 0.5), resamples: fc.constantFrom(1, 2) });
const tables = fc.oneof(
  fc
    .tuple(fc.constantFrom(...SAMPLER_NAMES), steps, parts)
    .map(([sampler, steps, start]) => compileSampler(config, { sampler, steps, ...start })),
  fc
    .tuple(fc.constantFrom(0, 0.5, 1), steps)
    .map(([eta, steps]) => compileSampler(config, { sampler: 'ddim', steps, eta })),
);
const auxiliary = fc.tuple(fc.nat(1000), steps).map(([seed, rows]) => auxiliaryTable(seed, { rows }));

const seeds = fc.oneof(
  fc.nat(1000),
  fc.record({ seed: fc.nat(1000), toward: fc.integer({ min: 1001, max: 2000 }), share: fc.constantFrom(0.25, 1) }),
);
const values = (unit: readonly number[]) =>
  fc.array(fc.constantFrom(...unit), { minLength: SIZE, maxLength: SIZE }).map((drawn) => Float32Array.from(drawn));

const asks = fc.record({
  seeds: fc.array(seeds, { minLength: 1, maxLength: 4 }),
  from: values([-1, -0.3, 0.1, 0.9]),
  mask: fc.option(values([0, 0.4, 1]), { nil: undefined }),
  told: fc.option(values([0, 1]), { nil: undefined }),
  label: fc.nat(9),
  table: fc.oneof(tables, auxiliary),
  guidance: fc.option(
    fc.record({
      scale: fc.constantFrom(0, 1.25, 3),
      interval: fc.constantFrom<[number, number][]>([0, 99], [20, 60], [50, 50]),
    }),
    { nil: undefined },
  ),
});

/** A batcher, and what is told of each job: the pictures by index, and why it failed. */
function start(run: RunBatch = network, maxBatch = 8) {
  const batcher = createBatcher({ run, size: SIZE, maxBatch });
  let jobs = 0;
  const add = (asked: Asked | Trajectory[], client = 'one') => {
    const told = { onDone: vi.fn(), onFailed: vi.fn() };
    const own = Array.isArray(asked) ? asked : trajectories(asked);
    const id = jobs++;
    batcher.add({ id, client, trajectories: own, ...told });
    return { id, ...told };
  };
  const finish = async () => {
    while (await batcher.step());
    expect(batcher.size).toBe(0);
  };
  return { batcher, add, finish };
}

/** The images of a job, as one. */
const imagesOf = ({ onDone }: { onDone: ReturnType<typeof vi.fn> }) =>
  Float32Array.from(onDone.mock.calls.toSorted(([a], [b]) => a - b).flatMap(([, { x }]) => [...x]));

describe('createBatcher', () => {
  it('makes of every image what it is alone, to the bit, whoever shares the batch and whenever they come', async () => {
    const arrivals = fc.array(fc.tuple(asks, fc.nat(6)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 5 }), async (requests, maxBatch) => {
        const run: RunBatch = (x, timesteps, rows) => {
          expect(rows.length).toBeLessThanOrEqual(maxBatch);
          return network(x, timesteps, rows);
        };
        const { batcher, add, finish } = start(run, maxBatch);
        const jobs = [];
        for (const [i, [asked, pause]] of requests.entries()) {
          for (let step = 0; step < pause; step++) await batcher.step();
          jobs.push(add(asked, `client ${i % 3}`));
        }
        await finish();
        for (const [i, [asked]] of requests.entries()) expect(imagesOf(jobs[i]!)).toEqual(await alone(asked));
      }),
      { numRuns: 40 },
    );
  });

  it('takes images at different steps into one call, new ones at the next step, and lets finished ones leave', async () => {
    const batches: number[][] = [];
    const { batcher, add, finish } = start((x, timesteps, rows) => {
      batches.push([...timesteps]);
      return network(x, timesteps, rows);
    });
    add({ seeds: [1], label: 0, table: ddim(4) });
    await batcher.step();
    add({ seeds: [2], label: 0, table: ddim(2) });
    await finish();
    expect(batches).toEqual([[75], [50, 50], [25, 0], [0]]);
  });

  it('gives a guided image two places of a call, with and without its condition, and one outside the interval', async () => {
    const calls: string[] = [];
    const { batcher, add } = start((x, timesteps, rows) => {
      calls.push(rows.map(([label], i) => `${timesteps[i]}:${label}`).join(' '));
      return network(x, timesteps, rows);
    });
    add({ seeds: [1], label: 4, table: ddim(4), guidance: { scale: 2, interval: [50, 75] } });
    add({ seeds: [2], label: 5, table: ddim(2) });
    const reports = [];
    for (let report = await batcher.step(); report; report = await batcher.step()) reports.push(report.batch);
    expect(calls).toEqual(['75:4 75:10 50:5', '50:4 50:10 0:5', '25:4', '0:4']);
    expect(reports).toEqual([3, 3, 1, 1]);
  });

  it.each([
    [1, ['a', 'A', 'a', 'A', 'b', 'B', 'b', 'B']],
    [3, ['aAb', 'aAB', 'bB']],
    [4, ['aAbB', 'aAbB']],
  ])('splits a guided image between two calls where %d places end in its middle', async (maxBatch, expected) => {
    const calls: string[] = [];
    const { add, finish } = start((x, timesteps, rows) => {
      // Its image is known by x: both halves of an image have the same.
      calls.push(rows.map(([label], i) => nameOf(x.subarray(i * SIZE, (i + 1) * SIZE))[label === 10 ? 1 : 0]).join(''));
      return network(x, timesteps, rows);
    }, maxBatch);
    const asked: Asked = { seeds: [1, 2], label: 4, table: ddim(2), guidance: { scale: 2, interval: [0, 99] } };
    const two = trajectories(asked);
    const nameOf = (x: Float32Array) => (two[0]!.x.every((value, i) => value === x[i]) ? 'aA' : 'bB');
    const job = add(two);
    await finish();
    expect(calls).toEqual(expected);
    expect(imagesOf(job)).toEqual(await alone(asked));
  });

  it('calls the network once for what is not sampled', async () => {
    const { batcher, add, finish } = start();
    const rows = [1, 2].map((label) => singleCall(new Float32Array(SIZE).fill(1), 50, rowOf(label)));
    const { onDone } = add(rows);
    expect(await batcher.step()).toMatchObject({ batch: 2 });
    await finish();
    expect(rows.map(({ x }) => x[0])).toEqual([Math.fround(1.1), Math.fround(1.2)]);
    expect(onDone).toHaveBeenCalledTimes(2);
  });

  it('drops a job that is cancelled, and tells nothing more of it', async () => {
    const { batcher, add, finish } = start(network, 2);
    const asked: Asked = { seeds: [1, 2, 3], label: 0, table: ddim(5) };
    const [gone, stays] = [add(asked, 'a'), add(asked, 'b')];
    await batcher.step();
    batcher.cancel(gone.id);
    expect(batcher.size).toBe(3);
    await finish();
    expect([gone.onDone, gone.onFailed, stays.onDone].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 3]);
  });

  it('tells those of a call that failed, once each, and goes on with the others', async () => {
    let calls = 0;
    const { add, finish } = start((x, timesteps, rows) => {
      if (calls++ === 0) throw new Error('out of memory');
      return network(x, timesteps, rows);
    }, 2);
    const asked: Asked = { seeds: [1, 2], label: 0, table: ddim(2) };
    const [failed, done] = [add(asked), add(asked)];
    await finish();
    expect(failed.onFailed).toHaveBeenCalledExactlyOnceWith(new Error('out of memory'));
    expect(done.onDone).toHaveBeenCalledTimes(2);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses the image whose output is %d, and leaves the rest of its call alone',
    async (value) => {
      const { add, finish } = start(async (x, timesteps, rows) => {
        const output = await network(x, timesteps, rows);
        for (const [i, [label]] of rows.entries()) if (label === 3 && timesteps[i] === 50) output[i * SIZE + 7] = value;
        return output;
      });
      const asked: Asked = { seeds: [1, 2], label: 0, table: ddim(4) };
      const good = add(asked, 'a');
      const sampled = add({ ...asked, label: 3 });
      const called = add([singleCall(new Float32Array(SIZE), 50, rowOf(3))]);
      await finish();
      expect(good.onFailed).not.toHaveBeenCalled();
      expect(imagesOf(good)).toEqual(await alone(asked));
      for (const [{ onDone, onFailed }, says] of [
        [
          sampled,
          `sample images: the network's output must be finite numbers, received ${value} at step 2 of 4 (timestep 50, seed 1).`,
        ],
        [called, `call the network: its output must be finite numbers, received ${value} (timestep 50).`],
      ] as const) {
        expect(onDone).not.toHaveBeenCalled();
        expect(onFailed).toHaveBeenCalledExactlyOnceWith(new InputError(`Cannot ${says}`));
      }
    },
  );
});

describe('partialSteps', () => {
  it.each([
    [50, 0, []],
    [50, 1, [25]],
    [50, 4, [10, 20, 30, 40]],
    [3, 10, [1, 2]],
    [1, 5, []],
  ])('of %d steps, %d: %j', (steps, count, expected) => {
    expect(partialSteps(steps, count)).toEqual(expected);
  });

  it('shows the prediction of that step', async () => {
    const table = ddim(4);
    const shown: [number, number[]][] = [];
    const one = sampling({
      table,
      size: SIZE,
      seed: 7,
      row: rowOf(0),
      partials: [2],
      onPartial: (x0, step) => shown.push([step, [...x0]]),
    });
    while (!one.advance(await network(one.x, Float32Array.of(one.timestep), one.rows)));
    const predicted: [number, number[]][] = [];
    await sampleImages({
      table,
      shape: [1, 4, 4],
      seeds: [7],
      denoise: (x, t) => network(x, t, [rowOf(0)]),
      onStep: ({ step, x0 }) => step === 2 && predicted.push([step, [...x0]]),
    });
    expect(shown).toEqual(predicted);
  });
});
