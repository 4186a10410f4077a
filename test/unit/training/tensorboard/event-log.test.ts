import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { lines, newRun, runTiny } from '#test/train/tiny-run.ts';
import type { StepMetrics } from '#training/saved/metrics.ts';
import { decodeEvent, type Event } from '#training/tensorboard/event.ts';
import { cutEvents, openEvents } from '#training/tensorboard/event-log.ts';
import { readRecords } from '#training/tensorboard/records.ts';

const filesOf = (run: string) => readdirSync(run).filter((name) => name.includes('tfevents'));

async function eventsOf(run: string): Promise<Event[]> {
  const events: Event[] = [];
  for (const name of filesOf(run)) {
    for await (const { data } of readRecords(join(run, name))) events.push(decodeEvent(data));
  }
  return events;
}

/** [step, tag] of all that is in the files, in their order. */
const tagsOf = async (run: string) =>
  (await eventsOf(run)).flatMap(({ step, values }) => values.map(({ tag }) => `${step} ${tag}`));

const metricsOf = (step: number): StepMetrics => ({
  step,
  epoch: 0,
  loss: 1 / step,
  gradNorm: step,
  lr: 0.25,
  imagesPerSecond: 8,
  seconds: step,
  memory: 1,
});
const STEP_TAGS = ['train/loss', 'train/gradient_norm', 'train/lr', 'train/images_per_second'];
const sheetOf = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

/** What the real TensorBoard makes of a folder. */
async function readByTensorBoard(run: string) {
  const script = fileURLToPath(new URL('../../../support/tensorboard/read.py', import.meta.url));
  const { stdout } = await promisify(execFile)(PYTHON, [script, run], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as {
    scalars: Record<string, [step: number, value: number][]>;
    images: Record<string, [step: number, width: number, height: number, png: string][]>;
  };
}

describe('the event log', () => {
  it('is cut after a step, with a damaged end and files of which nothing is left, and leaves those of others', async () => {
    const run = temporaryFolder();
    writeFileSync(join(run, 'events.out.tfevents.1.other'), 'not ours');
    const first = await openEvents(run, 0, await cutEvents(run, 0));
    for (const step of [1, 2, 3]) await first.noteStep(metricsOf(step));
    await first.notePictures(3, await sheetOf(2, 2), undefined);
    appendFileSync(first.path, 'as a kill leaves it');
    const second = await openEvents(run, 3, await cutEvents(run, 3));
    expect(second.path > first.path).toBe(true); // within the same second, too
    await second.noteStep(metricsOf(4));
    expect((await tagsOf(run)).filter((tag) => /train.loss|samples/.test(tag))).toEqual([
      '1 train/loss',
      '2 train/loss',
      '3 train/loss',
      '3 samples',
      '4 train/loss',
    ]);
    const earlier = await cutEvents(run, 2);
    expect(earlier.pictured).toBeUndefined();
    expect(filesOf(run)).toEqual(['events.out.tfevents.1.other', first.path.slice(run.length + 1)]);
    const third = await openEvents(run, 2, earlier);
    expect(third.path >= second.path).toBe(true);
    await third.noteStep(metricsOf(3));
    expect((await tagsOf(run)).filter((tag) => tag.includes('loss'))).toEqual([
      '1 train/loss',
      '2 train/loss',
      '3 train/loss',
    ]);
    expect(readFileSync(join(run, 'events.out.tfevents.1.other'), 'utf8')).toBe('not ours');
  });

  it('takes the pictures of a step once, also when they are drawn again by another process', async () => {
    const run = temporaryFolder();
    const first = await openEvents(run, 0, await cutEvents(run, 0));
    const sheet = await sheetOf(2, 2);
    await first.notePictures(6, sheet, 0.5);
    await first.notePictures(6, sheet, 0.5);
    const second = await openEvents(run, 6, await cutEvents(run, 6));
    await second.notePictures(6, sheet, 0.5);
    await second.notePictures(8, sheet, 0.5);
    expect(await tagsOf(run)).toEqual(['6 validation/loss', '6 samples', '8 validation/loss', '8 samples']);
  });
});

describe('train with --tensorboard', () => {
  const config = { training: { steps: 12 }, output: { checkpointEvery: 3, sampleEvery: 3, tensorboard: true } };

  /** A run that was stopped after step 8, whose checkpoint is damaged, and went on from step 6. */
  async function fallenBack(output: object = {}): Promise<string> {
    const { run } = await runTiny({ ...config, abortAfter: 8 });
    truncateSync(join(run, 'checkpoints/step-00000008/state.safetensors'), 9);
    await runTiny({ run, resume: true, ...config, output: { ...config.output, ...output } });
    return run;
  }

  it('has the same numbers as the lines of JSON, and the sheets to the byte', async () => {
    const { run } = await runTiny(config);
    const events = await eventsOf(run);
    const scalars = (wanted: string) =>
      events.flatMap(({ step, values }) =>
        values.filter(({ tag }) => tag === wanted).map(({ scalar }) => [step, scalar]),
      );
    const numbers = (key: string, file?: string) =>
      lines(run, file).map((line) => [line.step, Math.fround(line[key]!)]);
    for (const [i, key] of ['loss', 'gradNorm', 'lr', 'imagesPerSecond'].entries()) {
      expect(scalars(STEP_TAGS[i]!)).toEqual(numbers(key));
    }
    expect(scalars('validation/loss')).toEqual(numbers('loss', 'validation.jsonl'));
    const sheets = events.flatMap(({ step, values }) =>
      values.flatMap(({ picture }) => (picture ? [{ step, ...picture }] : [])),
    );
    expect(sheets.map(({ step }) => step)).toEqual([3, 6, 9, 12]);
    for (const { step, png } of sheets) {
      expect(readFileSync(join(run, `samples/step-0000${String(step).padStart(4, '0')}.png`)).equals(png)).toBe(true);
    }
  });

  it('stops with one sentence when its file cannot be written', async () => {
    const run = newRun();
    const block = () => {
      const path = join(run, filesOf(run)[0]!);
      rmSync(path, { recursive: true });
      mkdirSync(path);
    };
    const failing = runTiny({ run, ...config, hooks: { onPreview: block } });
    await expect(failing).rejects.toThrow(/^Cannot write .*: .* is a folder/);
  });

  it('is read by TensorBoard, without a step twice', skipBecause(lacksPython('tensorboard')), async () => {
    const run = await fallenBack();
    const { scalars, images } = await readByTensorBoard(run);
    expect(Object.keys(scalars).sort()).toEqual([...STEP_TAGS, 'validation/loss'].sort());
    const all = lines(run).map(({ step, loss }) => [step, Math.fround(loss!)]);
    expect(scalars['train/loss']).toEqual(all);
    expect(scalars['validation/loss']).toEqual(
      lines(run, 'validation.jsonl').map(({ step, loss }) => [step, Math.fround(loss!)]),
    );
    expect(images.samples!.map(([step]) => step)).toEqual([3, 6, 9, 12]);
    const [, width, height, png] = images.samples!.at(-1)!;
    const sheet = readFileSync(join(run, 'samples.png'));
    expect(Buffer.from(png, 'base64').equals(sheet)).toBe(true);
    expect(await sharp(sheet).metadata()).toMatchObject({ width, height });
  });
});
