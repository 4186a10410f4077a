import { readFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { MEASURES, type MeasureInput, measureAll } from '#evaluation/measures/index.ts';
import { shareEstimate } from '#evaluation/measures/intervals.ts';
import { normalSet } from '#test/programs/measure-sets.ts';

const WIDTH = 12;
const input: MeasureInput = {
  model: normalSet(120, WIDTH, 1, 1.3, 0.5),
  real: normalSet(120, WIDTH, 2),
  noise: normalSet(120, WIDTH, 3, 3, 4),
  reference: normalSet(300, WIDTH, 4),
  seed: 1,
};

test('every measure has a value and an interval around it, for the model and both anchors', async () => {
  const measures = await measureAll(input);
  expect(measures.map(({ id }) => id)).toEqual(MEASURES.map(({ id }) => id));
  for (const { id, model, real, noise } of measures) {
    for (const { value, interval } of [model, real, noise]) {
      expect(Number.isFinite(value), id).toBe(true);
      expect(interval![0], id).toBeLessThanOrEqual(value);
      expect(interval![1], id).toBeGreaterThanOrEqual(value);
    }
  }
});

test('the same seed measures the same, and every measure is known by one id', async () => {
  expect(await measureAll(input)).toEqual(await measureAll(input));
  expect(new Set(MEASURES.map(({ id }) => id)).size).toBe(MEASURES.length);
});

test("names are Inception's only where the features are", async () => {
  const names = async (inception: boolean) =>
    (await measureAll({ ...input, inception })).slice(0, 2).map((m) => m.name);
  expect(await names(false)).toEqual(['Frechet distance', 'Kernel distance']);
  expect(await names(true)).toEqual(['FID', 'KID']);
});

/** Without labels, and without classes that are seen. */
const unasked = ({ images, features }: MeasureInput['model']) => ({
  images: { ...images, labels: undefined },
  features,
});
const blind = (set: MeasureInput['model']) => ({ ...unasked(set), features: { ...set.features, classes: undefined } });

test('without classes and labels their measures are left out', async () => {
  const sets = (['model', 'real', 'noise', 'reference'] as const).map((name) => [name, blind(input[name])]);
  const measures = await measureAll({ ...input, ...Object.fromEntries(sets) });
  expect(measures.map(({ id }) => id)).toEqual(MEASURES.map(({ id }) => id).filter((id) => !id.startsWith('class_')));
});

test('real labels do not count where the model is asked for no class', async () => {
  const asked = { ...input, model: unasked(input.model), noise: unasked(input.noise) };
  const measures = await measureAll(asked);
  expect(measures).toEqual(await measureAll({ ...asked, real: unasked(input.real) }));
  expect(measures.map(({ id }) => id)).toContain('class_histogram');
  expect(measures.map(({ id }) => id)).not.toContain('class_accuracy');
});

test('progress comes to its end, one part after the other, or ends where the signal says so', async () => {
  const onProgress = vi.fn();
  await measureAll({ ...input, onProgress });
  const total = onProgress.mock.lastCall![1] as number;
  expect(onProgress.mock.calls.map(([done]) => done)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  const controller = new AbortController();
  const reason = new Error('enough');
  onProgress.mockImplementation((done: number) => done === 3 && controller.abort(reason));
  await expect(measureAll({ ...input, onProgress, signal: controller.signal })).rejects.toBe(reason);
});

test('sets that do not fit are refused before any work', async () => {
  const onProgress = vi.fn();
  await expect(measureAll({ ...input, model: normalSet(12, WIDTH, 1), onProgress })).rejects.toThrow('at least 13');
  expect(onProgress).not.toHaveBeenCalled();
});

test('the fewest images are measured; below ten only shares have intervals', async () => {
  const measured = (rows: number, width: number) => {
    const [model, real, noise, reference] = [1, 2, 3, 4].map((seed) => normalSet(rows, width, seed));
    return measureAll({ ...input, model: model!, real: real!, noise: noise!, reference: reference! });
  };
  const few = await measured(WIDTH + 1, WIDTH);
  expect(few.every(({ model }) => Number.isFinite(model.value))).toBe(true);
  const fewer = await measured(6, 2);
  const withInterval = fewer.filter(({ model }) => model.interval).map(({ id }) => id);
  expect(withInterval).toEqual(['precision', 'class_accuracy']);
});

test('a model that makes one picture only is measured, and recalls nothing', async () => {
  const measures = await measureAll({ ...input, model: normalSet(120, WIDTH, 1, 0) });
  const value = (id: string) => measures.find((measure) => measure.id === id)!.model.value;
  expect(value('recall')).toBe(0);
  const { interval } = measures.find(({ id }) => id === 'recall')!.model;
  expect(interval).toEqual(shareEstimate(0, 120).interval); // none of 120 pictures, with as many training images
  expect(value('ms_ssim')).toBe(1);
  // Only the mean is left: |m|^2 + tr S, about the width.
  expect(Math.abs(value('frechet') / WIDTH - 1)).toBeLessThan(0.15);
});

test('the documentation says in plain words what each measure is', async () => {
  const lines = (await readFile('docs/evaluation.md', 'utf8')).split('\n');
  const named = lines.flatMap((line) => /^\| (\S.*?) +\| .* \|.*\|$/.exec(line)?.[1]?.toLowerCase().split(', ') ?? []);
  expect(named).toEqual(expect.arrayContaining(MEASURES.map(({ name }) => name.toLowerCase())));
  expect(named).toContain('class balance (total variation)');
});
