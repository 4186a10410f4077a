/** How a teacher and its student draw, so that nothing but the student differs: from one noise, with one sampler. */
import { isStraight } from '@onnoise/scheduler';
import { type Artefact, type PictureOptions, STUDENT_SAMPLER, usualSampling } from '@onnoise/scheduler/model';
import { usualConditions } from '../../../../state/usual-conditions.ts';

/** One for each picture. */
export const PICTURE_SEEDS = [11, 12, 13, 14] as const;

/** Both of a pair, as their folders describe them. */
export interface PairFacts {
  teacher: Artefact;
  student: Artefact;
}

export const DRAWINGS = ['many', 'few', 'student'] as const;
/** The teacher in many steps, the teacher in those of its student, and the student. */
export type Drawing = (typeof DRAWINGS)[number];

/** What to draw: with the student's sampler, and with the guidance that the student has built in. */
export function optionsOf({ teacher, student }: PairFacts, drawing: Drawing): PictureOptions {
  const { calls, guidance } = student.distilled!;
  const common: PictureOptions = {
    seeds: PICTURE_SEEDS,
    sampler: STUDENT_SAMPLER,
    conditions: usualConditions(teacher),
  };
  if (drawing === 'student') return { ...common, steps: calls, guidance: 1 };
  const usual = usualSampling(teacher).steps;
  return {
    ...common,
    steps: drawing === 'many' ? Math.max(usual, calls) : calls,
    guidance: teacher.nullCondition ? guidance : 1,
    ...(!isStraight(teacher.scheduler) && { spacing: 'trailing' }), // its student begins where the noise is pure
  };
}
