import { type ImageSeed, parseSchedulerConfig } from '@onnoise/scheduler';
import { afterEach, describe, expect, it } from 'vitest';
import type { SampleResult } from '#runtime-web/loading/protocol.ts';
import type { SamplingWorker } from '#runtime-web/worker/client.ts';
import { createGame, type Table } from '#site/views/game/rules/game.ts';
import { type Kind, PICTURES, planRound } from '#site/views/game/rules/plan.ts';
import type { Pool } from '#site/views/game/rules/pool.ts';
import { whyUnplayable } from '#site/views/game/rules/unplayable.ts';

const pool: Pool = {
  id: 'p',
  count: 20,
  shape: [1, 1, 1],
  own: false,
  terms: 'real',
  subject: 'drawing',
  presentation: { ends: [0, 255], zoom: [1, 1] },
  read: () => Uint8Array.of(9),
  origin: () => 'somewhere',
};
const table: Table = {
  model: { id: 'm', title: 'M', own: false },
  info: { classes: 0, hash: 'h', scheduler: parseSchedulerConfig({}) },
  pool,
  steps: 3,
  pictures: PICTURES,
};
const other = (kind: Kind): Kind => (kind === 'real' ? 'synthetic' : 'real');
const truths = (seed: number) => planRound({ seed, reals: 20, classes: 0 }).map(({ kind }) => kind);

/** A sampler whose calls wait until they are released or cancelled. */
function slowSampler() {
  const waiting: { done: () => void; fail: (error: Error) => void; seeds: readonly ImageSeed[] }[] = [];
  const sampler: Pick<SamplingWorker, 'sample'> = {
    sample: ({ seeds = [] }, { signal } = {}) =>
      new Promise((resolve, reject) => {
        const result = { images: new Float32Array(seeds.length) } as unknown as SampleResult;
        waiting.push({ done: () => resolve(result), fail: reject, seeds });
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  return { sampler, waiting };
}

const quick: Pick<SamplingWorker, 'sample'> = {
  sample: async ({ seeds = [] }) => ({ images: new Float32Array(seeds.length) }) as unknown as SampleResult,
};

const leave = new Set<AbortController>();
function paint(game: ReturnType<typeof createGame>): AbortController {
  const abort = new AbortController();
  leave.add(abort);
  void game.paint(abort.signal);
  return abort;
}
afterEach(() => {
  for (const abort of leave) abort.abort();
  leave.clear();
});

it('a model that needs a drawing or a picture paints no round, and says so', () => {
  const conditionImage = { shape: [2, 4, 4] as const, mask: { classes: ['none', 'bone'] } };
  expect(whyUnplayable({ title: 'Bones', conditionImage })).toBe(
    'Bones makes no picture without a drawing, and a round has none to give: choose another model for the game.',
  );
  expect(whyUnplayable({ title: 'Sharp', conditionImage: { shape: [1, 4, 4] } })).toMatch(
    /without a picture that it is/,
  );
  expect(whyUnplayable({ title: 'Bones', conditionImage, nullCondition: true })).toBeUndefined();
  expect(whyUnplayable({ title: 'Digits' })).toBeUndefined();
});

describe('createGame', () => {
  it('plays a round: answers count, streaks run and break, the tenth ends it', async () => {
    const game = createGame(quick, () => 8);
    game.lay(table, 7);
    game.start();
    paint(game);
    await expect.poll(() => game.round.value?.painted.value).toBe(PICTURES);
    for (const [place, truth] of truths(7).entries()) {
      expect([game.place.value, game.open.value]).toEqual([place, false]);
      const said = place === 4 ? (truth === 'real' ? 'synthetic' : 'real') : truth;
      const told = game.answer(said)!;
      expect([told.kind, told.said, told.place]).toEqual([truth, said, place]);
      expect(game.answer('real')).toBeUndefined(); // only the first answer counts
      expect([game.place.value, game.open.value]).toEqual([place, true]);
      game.next();
    }
    expect(game.phase.value).toBe('summary');
    expect(game.answers.value.filter(({ said, truth }) => said === truth)).toHaveLength(9);
    expect([game.streak.value, game.longest.value]).toEqual([5, 5]);
  });

  it('takes no answer before the picture is there, and goes on only after one', async () => {
    const { sampler, waiting } = slowSampler();
    const game = createGame(sampler, () => 8);
    game.lay(table, 7);
    expect(game.answer('real')).toBeUndefined();
    game.start();
    paint(game);
    expect(game.answer('real')).toBeUndefined();
    game.next();
    expect(game.place.value).toBe(0);
    await expect.poll(() => waiting.length).toBe(1);
    waiting[0]!.done();
    await expect.poll(() => game.round.value?.painted.value).toBe(5);
    expect(game.answer('real')).toBeDefined();
  });

  it('paints the following round meanwhile, and carries the streak into it', async () => {
    const seeds = [8, 9];
    const game = createGame(quick, () => seeds.shift()!);
    game.lay(table, 7);
    game.start();
    paint(game);
    await expect.poll(() => game.following.value?.painted.value).toBe(PICTURES);
    for (const truth of truths(7)) {
      game.answer(truth);
      game.next();
    }
    game.again('round');
    expect([game.phase.value, game.round.value?.seed, game.following.value?.seed]).toEqual(['round', 8, 9]);
    expect([game.round.value?.painted.value, game.answers.value.length, game.streak.value]).toEqual([PICTURES, 0, 10]);
    game.answer(truths(8)[0]!);
    expect(game.longest.value).toBe(11);
  });

  it('keeps a round that is laid out again, and drops it for another seed, steps or model', async () => {
    const game = createGame(quick, () => 8);
    game.lay(table, 7);
    const first = game.round.value;
    game.start();
    game.lay({ ...table, info: { ...table.info } }, 7);
    expect([game.round.value, game.phase.value]).toEqual([first, 'round']);
    for (const [other, seed] of [
      [table, 6],
      [{ ...table, steps: 4 }, 6],
      [{ ...table, steps: 4, info: { ...table.info, hash: 'other' } }, 6],
    ] as const) {
      const before = game.round.value;
      game.lay(other, seed);
      expect(game.round.value).not.toBe(before);
      expect(game.phase.value).toBe('intro');
    }
  });

  it('goes on with a round after a reload: its answers count, its pictures are painted again', async () => {
    const game = createGame(quick, () => 8);
    const [first, second] = truths(7);
    game.lay(table, 7, [{ said: first! }, { said: other(second!), reason: 'edges' }]);
    expect([game.phase.value, game.place.value, game.open.value, game.streak.value]).toEqual(['round', 2, false, 0]);
    expect(game.answer('real')).toBeUndefined(); // not painted yet
    paint(game);
    await expect.poll(() => game.round.value?.painted.value).toBe(PICTURES);
    expect([game.told(0).kind, game.told(0).reason, game.told(1).reason]).toEqual([first, undefined, 'edges']);
    for (const truth of truths(7).slice(2)) {
      game.answer(truth);
      game.next();
    }
    expect(game.phase.value).toBe('summary');
    expect(game.answers.value.filter(({ said, truth }) => said === truth)).toHaveLength(9);
  });

  it('shows the summary of an answered round again once its pictures are painted', async () => {
    const game = createGame(quick, () => 8);
    game.lay(
      table,
      7,
      truths(7).map((said) => ({ said })),
    );
    expect([game.phase.value, game.place.value]).toEqual(['round', 9]);
    paint(game);
    await expect.poll(() => game.phase.value).toBe('summary');
    expect(game.told(9).pixels).not.toBeNull();
  });

  it('clears the table', () => {
    const game = createGame(quick, () => 8);
    game.lay(table, 7);
    game.start();
    game.clear();
    expect([game.round.value, game.phase.value, game.answer('real')]).toEqual([null, 'intro', undefined]);
  });

  it('gives up what it paints for a round that is no longer wanted', async () => {
    const { sampler, waiting } = slowSampler();
    const game = createGame(sampler, () => 8);
    game.lay(table, 7);
    paint(game);
    await expect.poll(() => waiting.length).toBe(1);
    game.lay(table, 6);
    await expect.poll(() => waiting.length).toBe(2);
    expect(waiting[1]!.seeds).not.toEqual(waiting[0]!.seeds);
    expect(game.failed.value).toBeNull();
    waiting[1]!.done();
    await expect.poll(() => game.round.value?.painted.value).toBe(5);
  });

  it('stops when the view is left and goes on from there when it is back', async () => {
    const { sampler, waiting } = slowSampler();
    const game = createGame(sampler, () => 8);
    game.lay(table, 7);
    const away = paint(game);
    await expect.poll(() => waiting.length).toBe(1);
    waiting[0]!.done();
    await expect.poll(() => waiting.length).toBe(2);
    away.abort();
    await expect.poll(() => game.failed.value).toBeNull();
    paint(game);
    await expect.poll(() => waiting.length).toBe(3);
    expect(waiting[2]!.seeds).toEqual(waiting[1]!.seeds);
    expect(game.round.value?.painted.value).toBe(5);
  });

  it('tells why nothing is painted, and tries again when asked', async () => {
    const { sampler, waiting } = slowSampler();
    const game = createGame(sampler, () => 8);
    game.lay(table, 7);
    paint(game);
    await expect.poll(() => waiting.length).toBe(1);
    waiting[0]!.fail(new Error('out of memory'));
    await expect.poll(() => game.failed.value).toBe('out of memory');
    expect(waiting).toHaveLength(1);
    game.retry();
    await expect.poll(() => waiting.length).toBe(2);
  });
});
