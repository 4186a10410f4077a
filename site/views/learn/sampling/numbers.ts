/** The lines of the algorithm with the numbers of one pixel, which work out by hand. */
import type { PredictionType } from '@onnoise/scheduler';
import { readable } from '../../forward/state/numbers.ts';
import { DIGITS, workedOut } from '../worked-out.ts';
import type { Line } from './lines.ts';
import type { Walk } from './state.ts';
import type { Step } from './walk.ts';

/** With as many digits as results have. */
const say = (value: number) => readable(value, DIGITS);

/** The line with the numbers at the chosen pixel. */
export function numbersOf(
  line: Line,
  { step, table, index }: Pick<Walk, 'step' | 'table' | 'index'>,
  at: number,
  as: PredictionType,
): string | undefined {
  if (line === 'loop') return `t = ${Math.round(table.rows[Math.min(index, table.rows.length - 1)]!.timestep)}`;
  if (!step) return undefined;
  const { forms, x, x0, A, B, mean, sigma, z } = step;
  switch (line) {
    case 'ask':
      return say(forms[as][at]!);
    case 'picture': {
      const [whole, cut] = [say(forms.sample[at]!), say(x0[at]!)];
      return `${pictureOf(step, at, as)}${whole === cut ? '' : ` → ${cut}`}`;
    }
    case 'mean': {
      const [a, xt, b, guess, result] = workedOut([A, x[at]!, B, x0[at]!], ([a, xt, b, x0]) => a! * xt! + b! * x0!);
      return `${a} · ${xt} + ${b} · ${guess} = ${result}`;
    }
    case 'noise':
      return sigma === 0 ? '0' : say(z[at]!);
    case 'move': {
      const values = [mean[at]!, sigma, sigma === 0 ? 0 : z[at]!];
      const [mu, s, fresh, result] = workedOut(values, ([mu, s, z]) => mu! + s! * z!);
      return `${mu} + ${s} · ${fresh} = ${result}`;
    }
    default:
      return undefined;
  }
}

/**
 * The guessed picture from the guess in its form. Near pure noise two numbers are subtracted that are almost the same, so
 * the guess is taken in double precision.
 */
function pictureOf({ forms, signal, noise, x }: Step, at: number, as: PredictionType): string {
  const [xt, whole] = [x[at]!, forms.sample[at]!];
  if (as === 'sample') return say(whole);
  const epsilon = (xt - signal * whole) / noise;
  if (as === 'flow_prediction') {
    const [a, b, guess, result] = workedOut([xt, noise, epsilon - whole], ([a, b, u]) => a! - b! * u!);
    return `${a} − ${b} · ${guess} = ${result}`;
  }
  if (as === 'epsilon') {
    const [a, b, guess, c, result] = workedOut([xt, noise, epsilon, signal], ([a, b, e, c]) => (a! - b! * e!) / c!);
    return `(${a} − ${b} · ${guess}) / ${c} = ${result}`;
  }
  const values = [signal, xt, noise, signal * epsilon - noise * whole];
  const [a, b, c, guess, result] = workedOut(values, ([a, b, c, v]) => a! * b! - c! * v!);
  return `${a} · ${b} − ${c} · ${guess} = ${result}`;
}
