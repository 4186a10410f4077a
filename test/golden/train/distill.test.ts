import { readFileSync } from 'node:fs';
import { ddimSteps, makeSchedule, type PredictionType, parseSchedulerConfig } from '@onnoise/scheduler';
import { describe, expect } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { eachLong } from '#test/each-long.ts';
import { tinyNet } from '#test/train/tiny-net.ts';
import { createTfjsEngine } from '#training/engines/tfjs/tfjs.ts';
import { LESSON } from '#training/step/distillation.ts';
import { createTrainStep } from '#training/step/step.ts';

interface Golden {
  batch: number;
  shape: [number, number, number];
  hidden: number;
  classes: number;
  timesteps: number;
  adversarial: number;
  conditional: number;
  start: Record<string, number[]>;
  /** Of the discriminator, and of the reader. */
  heads: Record<string, number[]>;
  readers: Record<string, number[]>;
  draws: { images: number[]; noise: number[]; timesteps: number[]; labels: number[] }[];
  cases: {
    predictionType: PredictionType;
    guidance: number;
    calls: number;
    losses: number[];
    gradNorms: number[];
    /** The first call of each, where it begins, and where the teacher is at its end and, of five calls, at that of the next. */
    lessons: { calls: number[]; places: number[][] }[];
    model: Record<string, number[]>;
    discriminator: Record<string, number[]>;
    reader: Record<string, number[]>;
  }[];
}

/** Made by scripts/golden/train.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../data/train/distill.json', import.meta.url), 'utf8'));

describe('a student', () => {
  eachLong(
    golden.cases,
    "learns as in PyTorch, from diffusers' DDIM: $predictionType, guidance $guidance, $calls calls",
    async (row) => {
      const { batch, shape, hidden, classes, timesteps } = golden;
      const scheduler = parseSchedulerConfig({
        num_train_timesteps: timesteps,
        beta_schedule: 'squaredcos_cap_v2',
        prediction_type: row.predictionType,
        timestep_spacing: 'trailing',
      });
      const schedule = makeSchedule(scheduler);
      const model = {
        ...tinyNet({ channels: shape[0], hidden, classes }),
        classCount: classes - 1,
        nullCondition: true,
      };
      const distillation = {
        calls: ddimSteps(scheduler, schedule, row.calls).map(({ from, to, ...call }) => {
          return { ...call, from: from.level, to: to.level };
        }),
        adversarial: golden.adversarial,
        conditional: golden.conditional,
      };
      const step = createTrainStep(model, {
        batch,
        shape,
        betas: [0.9, 0.99],
        eps: 1e-8,
        told: [{ name: 'labels', port: 'class_labels', dtype: 'int32', sides: [], absent: classes - 1 }],
        schedule,
        distillation,
        ema: false,
        accumulate: 1,
        loss: 'l2',
        huberDelta: 1,
        minSnr: null,
        predictionType: row.predictionType,
        optimizer: 'adamw',
        weightDecay: 0,
        clipNorm: 1,
      });
      const start = new Map(Object.entries(golden.start).map(([name, values]) => [name, Float32Array.from(values)]));
      const first = step.initialState(start);
      for (const [prefix, weights] of [['discriminator', golden.heads] as const, ['reader', golden.readers] as const]) {
        for (const [name, values] of Object.entries(weights)) {
          expect(first.get(`${prefix}.${name}`)).toHaveLength(values.length);
          first.set(`${prefix}.${name}`, Float32Array.from(values));
        }
      }
      const engine = await createTfjsEngine('cpu', 'tfjs-cpu', step, first);
      const reports: Awaited<ReturnType<typeof engine.step>>[] = [];
      for (const [n, draw] of golden.draws.entries()) {
        const [from, to, end] = row.lessons[n]!.places.map((values) => Float32Array.from(values));
        const calls = Int32Array.from(row.lessons[n]!.calls);
        const report = await engine.step({
          images: Float32Array.from(draw.images),
          noise: Float32Array.from(draw.noise),
          timesteps: Int32Array.from(draw.timesteps),
          [LESSON.call]: calls,
          [LESSON.sample]: from!,
          [LESSON.next]: to!,
          ...(end && { [LESSON.end]: end }),
          labels: Int32Array.from(draw.labels),
          ...step.scalars({ step: n + 1, lr: 0.02, emaDecay: 0 }),
        });
        reports.push(report);
      }
      const state = await engine.readState();
      await engine.dispose();
      const tolerance = { absolute: 1e-6, relative: 1e-4 };
      const of = (key: 'loss' | 'gradNorm') => reports.map((report) => report[key]);
      expectClose(of('loss'), row.losses, { ...tolerance, what: 'loss' });
      expectClose(of('gradNorm'), row.gradNorms, { ...tolerance, what: 'gradNorm' });
      for (const [name, values] of Object.entries(row.model)) {
        expectClose(state.get(`model.${name}`)!, values, { absolute: 2e-5, relative: 1e-4, what: name });
      }
      for (const judge of ['discriminator', 'reader'] as const) {
        for (const [name, values] of Object.entries(row[judge])) {
          expectClose(state.get(`${judge}.${name}`)!, values, {
            absolute: 1e-4,
            relative: 1e-3,
            what: `${judge} ${name}`,
          });
        }
      }
      // The teacher stays as it was.
      for (const [name, values] of start) expect(state.get(`teacher.${name}`)).toEqual(values);
    },
  );
});
