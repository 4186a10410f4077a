/**
 * Makes the lessons of a student: its teacher draws pictures from noise, guided, and each is kept where a call of the student
 * begins and ends. Which noise a lesson has depends on its number alone.
 */
import { mkdir } from 'node:fs/promises';
import { compileSampler, denoiserOf, lastTimestep, sampleImages } from '@onnoise/scheduler';
import { nullRow, STUDENT_SAMPLER, sizeOf, TEACHER_SAMPLER } from '@onnoise/scheduler/model';
import type { Dataset } from '../data/index.ts';
import { inputsOf } from '../model/told.ts';
import { rowsOf } from '../pictures/conditioning.ts';
import { createPredictor } from '../pictures/denoiser.ts';
import type { TrainPlan } from '../plan/plan.ts';
import { teacherGuidance, teachingScheduler } from '../plan/teacher.ts';
import { pupilsOf } from './pupils.ts';
import { CHUNK, hasChunk, type LessonShape, readCount, writeChunk, writeCount } from './store.ts';

/** Seeds of lessons are from here on, away from those of sheets. */
const FIRST_SEED = 2 ** 40;

/** When there are enough. */
export type LessonEnd = { count: number } | { seconds: number };

export interface LessonOptions {
  folder: string;
  plan: TrainPlan;
  dataset: Dataset;
  /** The teacher's weights, once they are needed. */
  teacher: () => Promise<ReadonlyMap<string, Float32Array>>;
  end: LessonEnd;
  /** `done` of `total` lessons, a guess where time ends them. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export const lessonShape = ({ model, config }: TrainPlan): LessonShape => ({
  places: config.training.calls! + 1,
  size: sizeOf(model.shape),
});

/**
 * Makes those that are still missing.
 * @returns how many there are @throws the signal's reason, with what is made kept; BadOutputError for a teacher that draws no picture
 */
export async function makeLessons(options: LessonOptions): Promise<number> {
  const { folder, plan, onProgress, signal } = options;
  const known = await readCount(folder);
  const end = known === undefined ? options.end : { count: known };
  await mkdir(folder, { recursive: true });
  const shape = lessonShape(plan);
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const enough = (chunk: number) =>
    'count' in end
      ? chunk * CHUNK >= end.count
      : chunk * CHUNK >= plan.config.training.batch && seconds() >= end.seconds;
  let draw: Awaited<ReturnType<typeof drawingOf>> | undefined;
  try {
    let chunk = 0;
    let drawn = 0;
    for (; !enough(chunk); chunk++) {
      if (await hasChunk(folder, chunk, shape)) continue;
      const done = chunk * CHUNK;
      const total = 'count' in end ? end.count : done + drawn * CHUNK * (end.seconds / seconds() - 1);
      if (drawn > 0) onProgress?.(done, Math.ceil(total));
      draw ??= await drawingOf(options);
      await writeChunk(folder, chunk, await draw.chunk(chunk, signal));
      drawn++;
    }
    const count = chunk * CHUNK;
    if (draw) onProgress?.(count, count);
    if (known === undefined) await writeCount(folder, count);
    return count;
  } finally {
    await draw?.dispose();
  }
}

/** The teacher's drawing of a chunk, [CHUNK, places, size]. */
async function drawingOf({ plan, dataset, teacher }: LessonOptions) {
  const { model, scheduler, config } = plan;
  const { calls, teacherCalls } = config.training;
  const { places, size } = lessonShape(plan);
  const each = teacherCalls! / calls!;
  const table = compileSampler(teachingScheduler(scheduler, teacherCalls!), {
    sampler: config.training.teacherIsStudent ? STUDENT_SAMPLER : TEACHER_SAMPLER,
    steps: teacherCalls!,
  });
  const scale = teacherGuidance(model, config);
  const interval = [0, lastTimestep(scheduler)] as const;
  const guidance = scale === 1 ? undefined : { scale, interval };
  const absent = nullRow(inputsOf(model));
  const pupils = pupilsOf(plan, dataset);
  const predictor = await createPredictor(model, await teacher());
  return {
    async chunk(number: number, signal?: AbortSignal): Promise<Float32Array> {
      const lessons = Array.from({ length: CHUNK }, (_, i) => number * CHUNK + i);
      const { dropped, images: _, ...told } = await pupils(lessons);
      const rows = rowsOf(model, told, CHUNK).map((row, i) => (dropped[i] ? absent : row));
      const samples = new Float32Array(CHUNK * places * size);
      const keep = (x: Float32Array, place: number) => {
        for (let i = 0; i < CHUNK; i++) samples.set(x.subarray(i * size, (i + 1) * size), (i * places + place) * size);
      };
      const network = denoiserOf(rows, { absent, guidance }, (told) => (x, times) => predictor.predict(x, times, told));
      let steps = 0;
      await sampleImages({
        table,
        shape: model.shape,
        seeds: lessons.map((lesson) => FIRST_SEED + lesson),
        denoise: (x, timesteps, step) => {
          if (steps === 0) keep(x, 0);
          return network(x, timesteps, step);
        },
        onStep: ({ x }) => {
          if (++steps % each === 0) keep(x, steps / each);
        },
        signal,
      });
      return samples;
    },
    dispose: () => predictor.dispose(),
  };
}
