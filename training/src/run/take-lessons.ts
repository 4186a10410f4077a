/** The lessons of a student's run: made before its first step, gone on with where the work was stopped. */
import { createLessonBatches, type LessonBatches, type LessonEnd, makeLessons } from '../lessons/index.ts';
import { drawingSeconds, stepsOf } from '../plan/horizon.ts';
import { runPaths } from '../saved/run-folder.ts';
import { imagesPerStep } from '../settings/batch.ts';
import type { TrainConfig } from '../settings/config.ts';
import type { Distillation, TrainEngine } from '../step/contracts.ts';
import { TEACHER } from '../step/state.ts';
import type { RunState, TrainHooks } from './run-state.ts';

/** How often a run by steps meets a lesson. */
const TIMES = 8;

interface Options {
  folder: string;
  job: RunState['job'];
  engine: TrainEngine;
  distillation: Distillation;
}

export async function takeLessons({ folder, job, engine, distillation }: Options): Promise<LessonBatches> {
  const { plan, dataset, hooks, signal } = job;
  const lessons = runPaths(folder).lessons;
  const { aroundLessons = unseen } = hooks ?? {};
  const count = await aroundLessons((onProgress) =>
    makeLessons({
      folder: lessons,
      plan,
      dataset,
      teacher: async () => teacherOf(await engine.readState()),
      end: lessonEnd(plan.config, dataset.train.length),
      onProgress,
      signal,
    }),
  );
  return createLessonBatches(lessons, count, { plan, dataset, distillation });
}

function lessonEnd(config: TrainConfig, images: number): LessonEnd {
  const batch = imagesPerStep(config.training);
  const seconds = drawingSeconds(config);
  if (seconds !== undefined) return { seconds };
  const { lessons = Math.ceil((stepsOf(config, images)! * batch) / TIMES) } = config.training;
  return { count: Math.max(batch, lessons) };
}

const teacherOf = (state: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> =>
  new Map(
    Array.from(state)
      .filter(([name]) => name.startsWith(TEACHER))
      .map(([name, values]) => [name.slice(TEACHER.length), values]),
  );

const unseen: NonNullable<TrainHooks['aroundLessons']> = (work) => work(() => {});
