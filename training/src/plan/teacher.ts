/** A student and its teacher: what the settings of one say of the other, and which models can teach. */
import { plural } from '@onnoise/base/text';
import { ddimPaths, isStraight, type Schedule, type SchedulerConfig } from '@onnoise/scheduler';
import { STUDENT_SAMPLER } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import type { Start } from '../fine-tuning/fit.ts';
import type { DescribedModel } from '../model/described.ts';
import type { TrainConfig } from '../settings/config.ts';
import type { Distillation } from '../step/contracts.ts';

const ACTION = 'distill the model';

/** Steps of a teacher in a call of its student, where nothing else is asked for. */
const TEACHER_STEPS = 4;

/**
 * The settings of a student, completed with what its teacher is.
 * @throws InputError for a teacher whose calls the student's do not divide
 */
export function withTeacher(config: TrainConfig, { name, distilled }: Start): TrainConfig {
  const { calls, teacherCalls } = config.training;
  if (calls === undefined) return config;
  if (!distilled) return { ...config, training: { teacherCalls: TEACHER_STEPS * calls, ...config.training } };
  if (distilled.calls <= calls || distilled.calls % calls !== 0) {
    const rule = `a divisor of ${distilled.calls}, and less, as ${name} is a student that draws in ${plural(distilled.calls, 'call')}`;
    refuse(ACTION, '--calls', rule, calls);
  }
  if ((teacherCalls ?? distilled.calls) !== distilled.calls) {
    refuse(
      ACTION,
      '--teacher-calls',
      `${distilled.calls}, as ${name} is a student that draws in so many`,
      teacherCalls,
    );
  }
  const built = { teacherCalls: distilled.calls, teacherIsStudent: true, teacherGuidance: distilled.guidance };
  return { ...config, training: { ...config.training, ...built } };
}

/**
 * undefined for a run that learns from noise.
 * @throws InputError for settings with which no student can learn
 */
export function distillationOf(
  { nullCondition }: Pick<DescribedModel, 'nullCondition'>,
  { training, output }: Pick<TrainConfig, 'training' | 'output'>,
  { scheduler, schedule }: { scheduler: SchedulerConfig; schedule: Schedule },
): Distillation | undefined {
  const { calls, init, teacherCalls, teacherGuidance, teacherIsStudent } = training;
  if (calls === undefined) return undefined;
  if (init === undefined || teacherCalls === undefined) {
    throw new InputError(`Cannot ${ACTION}: --init must be the teacher, received nothing.`);
  }
  if (teacherCalls <= calls || teacherCalls % calls !== 0) {
    refuse(ACTION, '--teacher-calls', `a multiple of the student's ${calls}, and more`, teacherCalls);
  }
  if (teacherCalls > schedule.T) refuse(ACTION, '--teacher-calls', `at most the ${schedule.T} timesteps`, teacherCalls);
  if (scheduler.prediction_type === 'epsilon') {
    const rule =
      'v_prediction or sample: from pure noise, where few calls begin, a predicted epsilon says nothing of the picture';
    refuse(ACTION, "the teacher's prediction_type", rule, 'epsilon');
  }
  if (!isStraight(scheduler) && scheduler.timestep_spacing !== 'trailing') {
    refuse(ACTION, '--scheduler.timestep_spacing', 'trailing, which begins at pure noise', scheduler.timestep_spacing);
  }
  if (training.learnSchedule) refuse(ACTION, '--learn-schedule', 'off', true);
  if (training.minSnr !== null) refuse(ACTION, '--min-snr', 'off', training.minSnr);
  if (training.timestepSampling !== 'uniform') {
    refuse(ACTION, '--timestep-sampling', 'uniform', training.timestepSampling);
  }
  if (output.sampler !== STUDENT_SAMPLER) refuse(ACTION, '--sampler', STUDENT_SAMPLER, output.sampler);
  const { clip_sample, clip_sample_range } = scheduler;
  return {
    paths: ddimPaths(scheduler, schedule, calls, teacherCalls / calls),
    guidance: nullCondition && !teacherIsStudent ? teacherGuidance : 1,
    clip: clip_sample ? clip_sample_range : null,
  };
}
