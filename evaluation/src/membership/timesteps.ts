/**
 * The timesteps at which a model is attacked, and the stride with which SecMI climbs to them.
 *
 * Papers attack DDPM's linear schedule of 1,000 timesteps at 50 to 200. Other schedules have the same noise at other timesteps, so the
 * usual ones are those whose signal to noise is nearest.
 */
import { makeSchedule, parseSchedulerConfig, type Schedule } from '@onnoise/scheduler';
import { check, InputError, integer } from '@onnoise/scheduler/rules';

/** Of DDPM: Duan et al. 2023 take 100, Kong et al. 2024 take 200, and a loss tells most below 200 (Carlini et al. 2023, figure 7). */
const REFERENCE = [50, 100, 200];
/** SecMI goes up by 10 of 1,000 timesteps. */
const STRIDES = 100;

/** At least 1. */
export const strideOf = ({ T }: Schedule): number => Math.max(1, Math.round(T / STRIDES));

/** The last timestep that can be attacked: SecMI goes one stride beyond, where there must be some signal. */
function lastOf(schedule: Schedule): number {
  const stride = strideOf(schedule);
  let last = schedule.T - 1 - stride;
  while (last > 0 && schedule.signal[last + stride] === 0) last--;
  return last;
}

/** Ascending. @throws InputError for a schedule of so few timesteps that none can be attacked */
export function usualTimesteps(action: string, schedule: Schedule): number[] {
  const last = requireLast(action, schedule);
  const { alphaBar } = makeSchedule(parseSchedulerConfig({}));
  const found = REFERENCE.map((reference) => {
    const wanted = logSnr(alphaBar[reference]!);
    let best = 1;
    for (let t = 2; t <= last; t++) {
      const [far, near] = [best, t].map((each) => Math.abs(logSnr(schedule.alphaBar[each]!) - wanted));
      if (near! < far!) best = t;
    }
    return best;
  });
  return [...new Set(found)].sort((a, b) => a - b);
}

const logSnr = (alphaBar: number): number => Math.log(alphaBar / (1 - alphaBar));

/** Ascending, each once. @throws InputError for one out of range */
export function checkTimesteps(action: string, timesteps: readonly number[], schedule: Schedule): number[] {
  const rule = integer(1, requireLast(action, schedule));
  for (const t of timesteps) check(action, 'each of --timesteps', rule, t);
  return [...new Set(timesteps)].sort((a, b) => a - b);
}

function requireLast(action: string, schedule: Schedule): number {
  const last = lastOf(schedule);
  if (last >= 1) return last;
  throw new InputError(`Cannot ${action}: its num_train_timesteps must be at least 3, received ${schedule.T}.`);
}
