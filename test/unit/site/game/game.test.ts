/** Only the picture itself may give the answer away: no request to the model, no delay, nothing else. */

import { parseSchedulerConfig } from '@onnoise/scheduler';
import { expect, it } from 'vitest';
import type { SampleRequest, SampleResult } from '#runtime-web/loading/protocol.ts';
import type { SamplingWorker } from '#runtime-web/worker/client.ts';
import type { ImageShape } from '#site/state/picture.ts';
import { fromBytes } from '#site/state/picture.ts';
import { createGame } from '#site/views/game/rules/game.ts';
import { PICTURES, planRound } from '#site/views/game/rules/plan.ts';
import { BATCH, type Presentation, paintBatch, present } from '#site/views/game/rules/presentation.ts';

const SHAPE: ImageShape = [1, 2, 3];
const STEPS = 4;
/** Every picture, real or synthetic, is the same ramp, so that only the rest of the page could differ. */
const RAMP = Uint8ClampedArray.of(0, 51, 102, 153, 204, 255);
const presentation: Presentation = { ends: [48, 208], zoom: [0.9, 1.1] };
const dealsOf = (seed: number) => planRound({ seed, reals: 40, classes: 10 });

/** All that can be seen of the painting of a round, and its pictures. */
async function watched(seed: number) {
  const log: unknown[] = [];
  const sample = async (
    { seeds, labels, ...rest }: SampleRequest,
    { onStep }: Parameters<SamplingWorker['sample']>[1] = {},
  ) => {
    log.push({ ...rest, pictures: seeds!.length, labels: labels!.length, looked: onStep !== undefined });
    for (let step = 1; step <= STEPS; step++) onStep?.({ step, steps: STEPS } as never);
    return { images: Float32Array.from(seeds!.flatMap(() => [...fromBytes(RAMP)])) } as unknown as SampleResult;
  };
  const readReal = () => {
    log.push('a real picture is read');
    return RAMP;
  };
  const onProgress = (done: number) => void log.push(done);
  const common = { worker: { sample }, deals: dealsOf(seed), steps: STEPS, shape: SHAPE, presentation };
  const round = { ...common, readReal, onProgress };
  const shown = [...(await paintBatch({ ...round, from: 0 })), ...(await paintBatch({ ...round, from: BATCH }))];
  expect(shown).toEqual(round.deals.map((deal) => present(fromBytes(RAMP), SHAPE, presentation, deal.seed)));
  return log;
}

it('paintBatch asks the model for as much, reads as much, tells of as much and gives the same bytes, whatever is dealt', async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 60; seed++) seen.add(JSON.stringify(await watched(seed)));
  expect([...seen]).toHaveLength(1);
});

it('a round shows what the coin says, at its place, with the numbers of the real picture in the range that the model knows', async () => {
  const asked: Record<string, readonly number[]>[] = [];
  const sample = async ({ seeds, conditions }: SampleRequest) => {
    asked.push(conditions as Record<string, readonly number[]>);
    return { images: new Float32Array(RAMP.length * seeds!.length).fill(1) } as unknown as SampleResult;
  };
  const ages = Array.from({ length: 40 }, (_, i) => 10 * i);
  const black = { read: () => new Uint8Array(RAMP.length), origin: () => '', conditions: { age: ages } };
  const age = { name: 'age', mean: 100, std: 50, min: 50, max: 200 };
  const info = {
    classes: 10,
    hash: 'h',
    scheduler: parseSchedulerConfig({}),
    conditions: [age, { ...age, name: 'dose' }],
  };
  const game = createGame({ sample }, () => 8);
  const pool = { id: 'p', count: 40, shape: SHAPE, own: false, terms: 'real' as const, presentation, ...black };
  const table = { model: { id: 'm', title: 'M', own: false }, info, pool, steps: STEPS, pictures: PICTURES };
  game.lay(table, 4);
  game.lay(table, 3);
  const { round } = game;
  const laid = round.value!;
  game.lay({ ...table }, 3); // laid out again, it is kept
  expect([laid.seed, round.value]).toEqual([3, laid]);
  const leave = new AbortController();
  void game.paint(leave.signal);
  await expect.poll(() => round.value?.painted.value).toBe(PICTURES);
  leave.abort();
  const deals = dealsOf(3);
  const levels = deals.map((_, place) => laid.face(place).pixels![0]);
  expect(levels).toEqual(deals.map(({ kind }) => (kind === 'real' ? 0 : 255)));
  const within = deals.map(({ real }) => Math.min(200, Math.max(50, ages[real]!)));
  expect(asked.flatMap((one) => one.age)).toEqual(within);
  expect(asked.flatMap((one) => one.dose)).toEqual(Array(PICTURES).fill(100));
  expect(() => game.told(0)).toThrow('not answered');
});
