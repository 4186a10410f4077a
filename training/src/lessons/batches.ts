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
      const [{ images, ...told }, [from, to, end]] = await Promise.all([
        pupils(numbers),
        reader.read(numbers, calls, many + 1),
      ]);
      const picture = picturesOf(distillation, calls, from!, to!, shape.size);
      return {
        images,
        ...told,
        epoch,
        position,
        lesson: {
          [LESSON.sample]: from!,
          [LESSON.picture]: picture,
          [LESSON.call]: calls,
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

/** The pictures x0 with which one step of DDIM goes from `from` to `to`, [n, size]: to = c from + d x0. */
export function picturesOf(
  { calls }: Pick<Distillation, 'calls'>,
  places: Int32Array,
  from: Float32Array,
  to: Float32Array,
  size: number,
): Float32Array {
  return to.map((value, i) => {
    const call = calls[places[Math.floor(i / size)]!]!;
    const keep = call.to.noise / call.from.noise;
    return (value - keep * from[i]!) / (call.to.signal - keep * call.from.signal);
  });
}
