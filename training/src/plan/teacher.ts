/** A student and its teacher: what the settings of one say of the other, and which models can teach. */
import { plural } from '@onnoise/base/text';
import { ddimSteps, isStraight, parseSchedulerConfig, type Schedule, type SchedulerConfig } from '@onnoise/scheduler';
import { STUDENT_SAMPLER } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import type { Start } from '../fine-tuning/fit.ts';
import type { DescribedModel } from '../model/described.ts';
import type { TrainConfig } from '../settings/config.ts';
import type { Distillation } from '../step/contracts.ts';

const ACTION = 'distill the model';

/** Steps in which a teacher draws by its sampler about as well as in twenty. */
const TEACHER_STEPS = 10;

/** Steps of a teacher where nothing else is asked for: a multiple of the student's, and less than T. */
const teacherSteps = (calls: number, T: number): number =>
  calls * Math.min(Math.ceil(TEACHER_STEPS / calls), Math.floor((T - 1) / calls));

/**
 * The settings of a student, completed with what its teacher is.
 * @throws InputError for a teacher whose calls the student's do not divide
 */
export function withTeacher(config: TrainConfig, { name, distilled }: Start): TrainConfig {
  const { calls, teacherCalls } = config.training;
  if (calls === undefined) return config;
  if (!distilled) {
    const { num_train_timesteps: T } = parseSchedulerConfig(config.scheduler);
    return { ...config, training: { teacherCalls: teacherSteps(calls, T), ...config.training } };
  }
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
  { featureWidths = [], nullCondition }: Pick<DescribedModel, 'featureWidths' | 'nullCondition'>,
  { training, output }: Pick<TrainConfig, 'training' | 'output'>,
  { scheduler, schedule }: { scheduler: SchedulerConfig; schedule: Schedule },
): Distillation | undefined {
  const { calls, init, teacherCalls, adversarial, conditional } = training;
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
      'v_prediction, sample or flow_prediction: from pure noise, where few calls begin, a predicted epsilon says nothing of the picture';
    refuse(ACTION, "the teacher's prediction_type", rule, 'epsilon');
  }
  if (!isStraight(scheduler) && scheduler.timestep_spacing !== 'trailing') {
    refuse(ACTION, '--scheduler.timestep_spacing', 'trailing, which begins at pure noise', scheduler.timestep_spacing);
  }
  if (training.minSnr !== null) refuse(ACTION, '--min-snr', 'off', training.minSnr);
  if (training.timestepSampling !== 'uniform') {
    refuse(ACTION, '--timestep-sampling', 'uniform', training.timestepSampling);
  }
  if (output.sampler !== STUDENT_SAMPLER) refuse(ACTION, '--sampler', STUDENT_SAMPLER, output.sampler);
  return {
    calls: ddimSteps(scheduler, schedule, calls).map(({ timestep, prediction, from, to }) => {
      return { timestep, prediction, from: from.level, to: to.level };
    }),
    adversarial: featureWidths.length > 0 ? adversarial : 0,
    conditional: nullCondition && !training.teacherIsStudent ? conditional : 0,
  };
}

/** Scale of a teacher's guidance; 1: none. */
export const teacherGuidance = (
  { nullCondition }: Pick<DescribedModel, 'nullCondition'>,
  { training }: Pick<TrainConfig, 'training'>,
): number => (nullCondition && !training.teacherIsStudent ? training.teacherGuidance : 1);

/** Noise levels as the schedule has them. */
const UNSPREAD = { use_karras_sigmas: false, use_exponential_sigmas: false, use_beta_sigmas: false };

/** What a scheduler of flow matching says for even steps: then those of a student are some of its teacher's. */
export const evenLine = (steps: number) => ({ shift: 1, shift_terminal: steps > 1 ? 1 / steps : null, ...UNSPREAD });

/**
 * The scheduler by which a teacher draws, and passes all places where a call of its student begins: to 1 / T of the noise in flow
 * matching, where the solver begins that much below pure noise.
 */
export const teachingScheduler = (scheduler: SchedulerConfig, steps: number): SchedulerConfig => ({
  ...scheduler,
  ...UNSPREAD,
  final_sigmas_type: 'zero',
  ...(isStraight(scheduler) && evenLine(steps)),
});
