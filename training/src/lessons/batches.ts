/** Batches of lessons: each with a call of the student, and a real image beside it. */
import { randomInts } from '@onnoise/scheduler';
import { createEpochOrder } from '@onnoise/scheduler/training';
import type { Dataset, TrainingBatch } from '../data/index.ts';
import type { TrainPlan } from '../plan/plan.ts';
import { imagesPerStep } from '../settings/batch.ts';
import type { Batches, Distillation, StepInputs } from '../step/contracts.ts';
import { callsOfLesson, LESSON } from '../step/distillation.ts';
import { lessonShape } from './make.ts';
import { pupilsOf } from './pupils.ts';
import { openLessons } from './store.ts';

/** Calls have a stream for each epoch. */
const CALL_STREAM = 0x2000_0000;

export interface LessonBatches extends Batches {
  position: Batches['position'];
  next(): Promise<Omit<TrainingBatch, 'numbers'> & { lesson: StepInputs; dropped: boolean[] }>;
  close(): Promise<void>;
}

/** @param count lessons in the folder */
export function createLessonBatches(
  folder: string,
  count: number,
  { plan, dataset, distillation }: { plan: TrainPlan; dataset: Dataset; distillation: Distillation },
): LessonBatches {
  const { seed } = plan.config.training;
  const batch = imagesPerStep(plan.config.training);
  const shape = lessonShape(plan);
  const pupils = pupilsOf(plan, dataset);
  const order = createEpochOrder({
    numbers: Uint32Array.from({ length: count }, (_, i) => i),
    batch,
    seed,
    flip: false,
  });
  const reader = openLessons(folder, shape);
  return {
    get position() {
      return order.position;
    },
    set position(value) {
      order.position = value;
    },
    async next() {
      const { numbers, epoch, index } = order.next();
      const { position } = order;
      const calls = drawCalls(seed, epoch, index, batch, distillation.calls.length);
      const many = callsOfLesson(distillation.calls.length);
      const [{ images, ...told }, [sample, next, end]] = await Promise.all([
        pupils(numbers),
        reader.read(numbers, calls, many + 1),
      ]);
      return {
        images,
        ...told,
        epoch,
        position,
        lesson: {
          [LESSON.call]: calls,
          [LESSON.sample]: sample!,
          [LESSON.next]: next!,
          ...(end && { [LESSON.end]: end }),
        },
      };
    },
    close: () => reader.close(),
  };
}

/**
 * The first call of each lesson. Every second lesson is about the last calls, which end in a picture; the others about all in equal
 * parts.
 */
function drawCalls(seed: number, epoch: number, index: number, batch: number, calls: number): Int32Array {
  const last = calls - callsOfLesson(calls);
  const drawn = new Int32Array(batch);
  randomInts(seed, CALL_STREAM + epoch, index, 2 * last + 1, drawn);
  return drawn.map((call) => Math.min(call, last));
}
