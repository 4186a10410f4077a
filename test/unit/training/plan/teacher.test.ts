/** A teacher's path passes the places where the calls of its student begin. */
import { compileSampler, parseSchedulerConfig } from '@onnoise/scheduler';
import { STUDENT_SAMPLER, TEACHER_SAMPLER } from '@onnoise/scheduler/model';
import { describe, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { evenLine, teachingScheduler } from '#training/plan/teacher.ts';

const chain = { beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction', timestep_spacing: 'trailing' };
/** Uneven in every way, as a model from elsewhere may be. */
const line = { prediction_type: 'flow_prediction', shift: 3, use_karras_sigmas: true };

describe.each([
  // The solver begins 1 / T below pure noise on a straight line.
  ['of flow matching', line, true, 1e-3],
  ['of a chain of betas', chain, false, 1e-9],
])('the path of a teacher %s', (_, given, straight, absolute) => {
  it.each([
    [1, 10],
    [3, 12],
    [4, 12],
    [5, 10],
  ])('has those of %d calls among its %d steps', (calls, steps) => {
    const scheduler = parseSchedulerConfig(given);
    const student = parseSchedulerConfig({ ...given, ...(straight && evenLine(calls)) });
    const begins = compileSampler(student, { sampler: STUDENT_SAMPLER, steps: calls }).rows;
    const passed = compileSampler(teachingScheduler(scheduler, steps), { sampler: TEACHER_SAMPLER, steps }).rows;
    expectClose(
      begins.map((_, call) => passed[(call * steps) / calls]!.noise),
      begins.map(({ noise }) => noise),
      { absolute, relative: 0, what: 'levels of noise' },
    );
  });
});
