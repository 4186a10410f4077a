import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { compileSampler, sampleImages } from '@onnoise/scheduler';
import { TEACHER_SAMPLER } from '@onnoise/scheduler/model';
import { conditionInputs } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { unetConfig } from '#test/models/unet.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { createLessonBatches, makeLessons } from '#training/lessons/index.ts';
import { createModel, initParameters } from '#training/model/index.ts';
import { planTraining } from '#training/plan/plan.ts';
import { resolveConfig } from '#training/settings/config.ts';
import type { StepInputs } from '#training/step/contracts.ts';
import { LESSON } from '#training/step/distillation.ts';

const folder = temporaryFolder();
const dataset = memoryDataset({ count: 9, size: 4, classes: 2, heldOut: 0 });
const SIZE = 16;
const CLASSES = 2;
const GUIDANCE = 1.5;

const planOf = (calls: number) => {
  const config = resolveConfig([
    {
      name: 'the test',
      config: {
        data: { source: 'blobs', size: 4, channels: 1 },
        model: unetConfig({
          block_out_channels: [8, 8],
          norm_num_groups: 4,
          num_class_embeds: CLASSES + 1,
          null_condition: true,
          num_train_timesteps: 64,
        }),
        scheduler: {
          num_train_timesteps: 64,
          beta_schedule: 'squaredcos_cap_v2',
          prediction_type: 'v_prediction',
          timestep_spacing: 'trailing',
        },
        training: {
          batch: 8,
          seed: 3,
          init: 'teacher',
          calls,
          teacherCalls: 10,
          teacherGuidance: GUIDANCE,
          labelDropout: 0.3,
        },
        output: { sampler: 'ddim' },
      },
    },
  ]);
  const model = createModel(config.model);
  return planTraining(config, model, (seed) => initParameters(model, seed));
};
const plan = planOf(2);
const teacher = plan.initialParameters();
const make = (name: string, more: Partial<Parameters<typeof makeLessons>[0]> = {}) =>
  makeLessons({
    folder: join(folder, name),
    plan,
    dataset,
    teacher: async () => teacher,
    end: { count: 100 },
    ...more,
  });
const batchesOf = (name: string, count = 128) =>
  createLessonBatches(join(folder, name), count, { plan, dataset, distillation: plan.distillation! });
const bytesOf = (name: string) =>
  readdirSync(join(folder, name))
    .sort()
    .map((file) => [file, readFileSync(join(folder, name, file))] as const);

/** The teacher in tfjs, whose lessons onnxruntime made. */
async function drawn(noise: Float32Array, label: number | undefined, steps: number): Promise<Float32Array> {
  const values = Object.fromEntries(
    plan.model.parameters.map(({ name, shape }) => [name, tf.tensor(teacher.get(name)!, [...shape])]),
  );
  const predict = (x: Float32Array, timestep: number, label: number) =>
    plan.model
      .forward(values, tf.tensor4d(x, [1, 1, 4, 4]), tf.tensor1d([timestep]), {
        training: false,
        labels: tf.tensor1d([label], 'int32'),
      })
      .dataSync() as Float32Array;
  return sampleImages({
    table: compileSampler(plan.scheduler, { sampler: TEACHER_SAMPLER, steps }),
    shape: [1, 4, 4],
    seeds: [0],
    latents: noise,
    denoise: async (x, [timestep]) => {
      const without = predict(x, timestep!, CLASSES);
      if (label === undefined) return without;
      return predict(x, timestep!, label).map((value, i) => without[i]! + GUIDANCE * (value - without[i]!));
    },
  });
}

beforeAll(async () => {
  expect(await make('whole')).toBe(128);
});

describe('lessons', () => {
  test("lead along the teacher's path, guided, for the class of an image or for none", async () => {
    const batches = batchesOf('whole');
    const samples = Array.from({ length: 8 }, () => batches.next());
    const seen = { told: 0, untold: 0 };
    for (const { lesson, labels, dropped } of await Promise.all(samples)) {
      const calls = lesson[LESSON.call] as Int32Array;
      const from = lesson[LESSON.sample] as Float32Array;
      const next = lesson[LESSON.next] as Float32Array;
      for (const [i, call] of calls.entries()) {
        const place = i * SIZE;
        if (call !== 0 || seen[dropped[i] ? 'untold' : 'told'] > 1) continue;
        seen[dropped[i] ? 'untold' : 'told']++;
        const noise = from.slice(place, place + SIZE);
        const whole = await drawn(noise, dropped[i] ? undefined : labels![i]!, 10);
        // What is taught at the first call leads by a step of DDIM to where the second begins, which ends where the teacher does.
        const half = new Map<number, Float32Array>();
        await sampleImages({
          table: compileSampler(plan.scheduler, { sampler: 'ddim', steps: 2 }),
          shape: [1, 4, 4],
          seeds: [0],
          latents: noise,
          denoise: async (x, _, step) => {
            half.set(step, x.slice());
            const { from: start, to, prediction } = plan.distillation!.calls[0]!;
            const keep = to.noise / start.noise;
            return x.map((value, j) => {
              const picture = (next[place + j]! - keep * value) / (to.signal - keep * start.signal);
              return (picture - prediction.p * value) / prediction.q;
            });
          },
        });
        const stored = storedAfter(from, place);
        if (!stored) continue;
        expectClose(half.get(1)!, stored.next, { absolute: 1e-4, what: 'where the first call ends' });
        expectClose(whole, stored.end, { absolute: 1e-4, what: 'where the last call ends' });
      }
    }
    expect(seen).toEqual({ told: 2, untold: 2 });
    await batches.close();
  });

  test('go on where they were stopped, to the last bit', async () => {
    const controller = new AbortController();
    const stopped = make('halves', { signal: controller.signal, onProgress: (done) => done > 0 && controller.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(join(folder, 'halves'))).toEqual(['00000.f32']);
    expect(await make('halves')).toBe(128);
    expect(bytesOf('halves')).toEqual(bytesOf('whole'));
    rmSync(join(folder, 'halves', '00001.f32'));
    truncateSync(join(folder, 'halves', '00000.f32'), 100);
    await make('halves');
    expect(bytesOf('halves')).toEqual(bytesOf('whole'));
  });

  test('are as many as there were where they are gone, else as there is time for, and enough for a batch', async () => {
    rmSync(join(folder, 'halves'), { recursive: true });
    expect(await make('halves', { end: { seconds: 0 } })).toBe(128);
    expect(bytesOf('halves')).toEqual(bytesOf('whole'));
    expect(await make('quick', { end: { seconds: 0 } })).toBe(64);
    const teacher = () => Promise.reject(new Error('it is not needed'));
    expect(await make('quick', { teacher })).toBe(64);
  });
});

/** The samples of the same lesson after each call, where they are in the first file. */
function storedAfter(from: Float32Array, place: number) {
  const file = readFileSync(join(folder, 'whole', '00000.f32'));
  const all = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  for (let lesson = 0; lesson < 64; lesson++) {
    const first = lesson * 3 * SIZE;
    if (all[first] === from[place] && all[first + 1] === from[place + 1]) {
      const after = (calls: number) => all.slice(first + calls * SIZE, first + (calls + 1) * SIZE);
      return { next: after(1), end: after(2) };
    }
  }
  return undefined;
}

describe('batches of lessons', () => {
  test('are a function of the position, and give the class of the image, or the null class where the teacher had none', async () => {
    const batches = batchesOf('whole');
    for (let i = 0; i < 5; i++) await batches.next();
    const { position } = batches;
    const next = await batches.next();
    const again = batchesOf('whole');
    again.position = position;
    expect(await again.next()).toEqual(next);
    await Promise.all([batches.close(), again.close()]);
    const { labels, dropped, images } = next;
    const inputs = conditionInputs(plan.model, { seed: 1, batch: 8, labelDropout: 0 })({ labels: labels!, dropped }, 0);
    expect(Array.from(inputs.labels!)).toEqual(Array.from(labels!, (label, i) => (dropped[i] ? CLASSES : label)));
    expect(images).toHaveLength(8 * SIZE);
  });

  test('ask for the last calls in every second lesson: two, or one of a student of one or two', async () => {
    const asked = async (calls: number) => {
      const plan = planOf(calls);
      const name = `of ${calls}`;
      await make(name, { plan });
      const batches = createLessonBatches(join(folder, name), 128, {
        plan,
        dataset,
        distillation: plan.distillation!,
      });
      const lessons: StepInputs[] = [];
      for (let i = 0; i < 64; i++) lessons.push((await batches.next()).lesson);
      await batches.close();
      const first = lessons.flatMap((lesson) => [...(lesson[LESSON.call] as Int32Array)]);
      return { first, ends: lessons.filter((lesson) => LESSON.end in lesson).length };
    };
    const five = await asked(5);
    const share = five.first.filter((call) => call === 3).length / five.first.length;
    expect(Math.abs(share - 4 / 7)).toBeLessThan(0.06); // four of seven values drawn
    expect([new Set(five.first), five.ends]).toEqual([new Set([0, 1, 2, 3]), 64]);
    const two = await asked(2);
    const last = two.first.filter((call) => call === 1).length / two.first.length;
    expect(Math.abs(last - 2 / 3)).toBeLessThan(0.07);
    expect(two.ends).toBe(0);
    expect(await asked(1)).toEqual({ first: Array(512).fill(0), ends: 0 });
  });

  test('a file that was cut is no lesson', async () => {
    await make('cut');
    truncateSync(join(folder, 'cut', '00000.f32'), 100);
    truncateSync(join(folder, 'cut', '00001.f32'), 100);
    const batches = batchesOf('cut');
    await expect(batches.next()).rejects.toThrow('must be whole, received a part of it');
    await batches.close();
  });
});
