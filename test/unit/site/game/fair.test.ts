/** Only the picture itself may give the answer away: no request to the model, no delay, nothing else on the page. */
import { parseSchedulerConfig } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import type { SampleRequest, SampleResult } from '#runtime-web/loading/protocol.ts';
import type { SamplingWorker } from '#runtime-web/worker/client.ts';
import { fromBytes, type ImageShape } from '#site/state/pixels.ts';
import { createGame, type Table } from '#site/views/game/rules/game.ts';
import { BATCH, paintBatch } from '#site/views/game/rules/painter.ts';
import { PICTURES, planRound } from '#site/views/game/rules/plan.ts';
import { type Presentation, present } from '#site/views/game/rules/presentation.ts';
import { labelOf } from '#site/views/game/state/words.ts';

const SHAPE: ImageShape = [1, 2, 3];
const SIZE = 6;
const STEPS = 4;

/** Every picture, real or synthetic, is the same ramp, so that only the rest of the page could differ. */
const ramp = Uint8ClampedArray.of(0, 51, 102, 153, 204, 255);

const presentation: Presentation = { ends: [48, 208], zoom: [0.9, 1.1] };
const shownAt = (seed: number) => present(fromBytes(ramp), SHAPE, presentation, seed);

interface Log {
  requests: SampleRequest[];
  progress: number[];
  reads: number[];
}

function recorder(): Log & { sampler: Pick<SamplingWorker, 'sample'>; readReal: (index: number) => Uint8ClampedArray } {
  const log: Log = { requests: [], progress: [], reads: [] };
  return {
    ...log,
    readReal: (index) => {
      log.reads.push(index);
      return ramp;
    },
    sampler: {
      sample: async (request, { onStep } = {}) => {
        log.requests.push(request);
        for (let step = 1; step <= STEPS; step++) {
          onStep?.({ step, steps: STEPS, timestep: 0, x: ramp, x0: ramp, seconds: 0 } as never);
        }
        const one = [...fromBytes(ramp)];
        const images = Float32Array.from((request.seeds ?? []).flatMap(() => one));
        return { images, shape: [1, 2, 3], seeds: [...request.seeds!] } as unknown as SampleResult;
      },
    },
  };
}

type Painted = Parameters<typeof paintBatch>[0];

/** A half of a round of these tests' pictures. */
const paint = (options: Omit<Painted, 'steps' | 'shape' | 'presentation'>) =>
  paintBatch({ ...options, steps: STEPS, shape: SHAPE, presentation });

const dealsOf = (seed: number) => planRound({ seed, reals: 40, classes: 10 });

describe('paintBatch', () => {
  it('asks the model for as much, reads as much and tells of as much, whatever is dealt', async () => {
    const seen = new Set<string>();
    const mixes = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const { sampler, readReal, requests, reads } = recorder();
      const progress: number[] = [];
      const deals = dealsOf(seed);
      for (const from of [0, BATCH]) {
        const onProgress = (done: number) => progress.push(done);
        await paint({ worker: sampler, deals, from, readReal, onProgress });
      }
      mixes.add(deals.map(({ kind }) => kind[0]).join(''));
      seen.add(
        JSON.stringify({
          requests: requests.map(({ seeds, labels, ...rest }) => ({
            ...rest,
            n: seeds!.length,
            labels: labels!.length,
          })),
          progress,
          reads: reads.length,
        }),
      );
    }
    expect(mixes.size).toBeGreaterThan(40);
    expect([...seen]).toHaveLength(1);
  });

  it('gives the same bytes for the same picture, found or made', async () => {
    const { sampler, readReal } = recorder();
    const deals = dealsOf(3);
    for (const from of [0, BATCH]) {
      const half = await paint({ worker: sampler, deals, from, readReal });
      for (const [i, picture] of half.entries()) {
        expect(picture).toBeInstanceOf(Uint8ClampedArray);
        expect(picture.byteLength).toBe(picture.buffer.byteLength);
        expect(picture).toEqual(shownAt(deals[from + i]!.seed));
      }
    }
  });

  it('samples one picture after the other for a model of latents, and looks at none on its way', async () => {
    const { sampler, readReal, requests } = recorder();
    const together = recorder();
    const deals = dealsOf(3);
    const progress: number[] = [];
    const watched: boolean[] = [];
    const worker: typeof sampler = {
      sample: (request, hooks) => {
        watched.push(hooks?.onStep !== undefined);
        return sampler.sample(request, hooks);
      },
    };
    const onProgress = (done: number) => progress.push(done);
    const singly = await paint({ worker, deals, from: 0, readReal, singly: true, onProgress });
    const usual = await paint({ worker: together.sampler, deals, from: 0, readReal });
    expect(singly).toEqual(usual);
    expect(requests.map(({ seeds, labels }) => [seeds, labels])).toEqual(
      deals.slice(0, BATCH).map(({ seed, label }) => [[seed], [label]]),
    );
    expect(progress).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(watched).toEqual(Array(BATCH).fill(false));
  });

  it('shows what the coin says, at its place', async () => {
    const deals = dealsOf(3);
    const sampler: Pick<SamplingWorker, 'sample'> = {
      sample: async ({ seeds }) => {
        const images = Float32Array.from({ length: seeds!.length * SIZE }, (_, i) => Math.floor(i / SIZE) / 10);
        return { images } as unknown as SampleResult;
      },
    };
    const readReal = () => new Uint8Array(SIZE).fill(0);
    for (const from of [0, BATCH]) {
      const half = await paint({ worker: sampler, deals, from, readReal });
      const wanted = deals
        .slice(from, from + BATCH)
        .map(({ kind }, i) =>
          kind === 'real' ? 0 : present(new Float32Array(SIZE).fill(i / 10), SHAPE, presentation, 0)[0],
        );
      expect(half.map((picture) => picture[0])).toEqual(wanted);
      expect(new Set(wanted).size).toBeGreaterThan(1);
    }
  });
});

describe('what the view is handed', () => {
  const table = (read: (index: number) => Uint8ClampedArray): Table => ({
    model: { id: 'm', title: 'M', own: false },
    info: { classes: 10, hash: 'h', scheduler: parseSchedulerConfig({}) },
    pool: {
      id: 'p',
      count: 40,
      shape: SHAPE,
      own: false,
      terms: 'real',
      subject: 'drawing',
      presentation,
      read,
      origin: () => '',
    },
    steps: STEPS,
    pictures: PICTURES,
  });

  it('is the same for a real picture and a synthetic one, in every part', async () => {
    const { sampler, readReal } = recorder();
    const game = createGame(sampler, () => 1);
    game.lay(table(readReal), 7);
    game.start();
    const abort = new AbortController();
    const painting = game.paint(abort.signal);
    await expect.poll(() => game.round.value?.painted.value).toBe(PICTURES);
    const dealt = planRound({ seed: 7, reals: 40, classes: 10 });
    const faces = Array.from({ length: PICTURES }, (_, place) => game.round.value!.face(place));
    for (const [place, face] of faces.entries()) {
      expect(face).toEqual({ place, shape: SHAPE, pixels: shownAt(dealt[place]!.seed) });
      expect(Object.keys(face)).toEqual(Object.keys(faces[0]!));
      expect(labelOf(face.place, PICTURES)).toBe(`Picture ${place + 1} of 10`);
    }
    abort.abort();
    await painting;
  });

  it('holds no word of the kind before the answer, and refuses to tell', () => {
    const { sampler, readReal } = recorder();
    const game = createGame(sampler, () => 1);
    game.lay(table(readReal), 7);
    game.start();
    const { table: on, seed, progress, painted, face, ...rest } = game.round.value!;
    expect(rest).toEqual({});
    expect([seed, progress.value, painted.value, Object.keys(on)]).toEqual([
      7,
      0,
      0,
      ['model', 'info', 'pool', 'steps', 'pictures'],
    ]);
    expect(JSON.stringify(face(0))).not.toMatch(/synthetic|"real"/);
    expect(() => game.told(0)).toThrow('not answered');
  });
});
