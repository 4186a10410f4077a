/**
 * The tail of the normal distribution, to full relative accuracy far out, where a distribution function is 0 or 1.
 *
 * Source: W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969); coefficients as in his
 * CALERF of netlib's SPECFUN.
 */

const NEAR = {
  top: [3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315],
  bottom: [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};
const MIDDLE = {
  top: [
    0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707,
    2051.0783778260716, 1230.3393547979972, 2.1531153547440383e-8,
  ],
  bottom: [
    15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
    3439.3676741437216, 1230.3393548037495,
  ],
};
const FAR = {
  top: [
    0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378,
    0.016315387137302097,
  ],
  bottom: [2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918],
};

/** 1 - erf(x). */
function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) return 1 - x * ratio(NEAR, y * y);
  const upper = y <= 4 ? scaled(y, ratio(MIDDLE, y)) : y < 27 ? scaled(y, far(y)) : 0;
  return x < 0 ? 2 - upper : upper;
}

/** P(Z > z) of a unit normal Z. */
export const upperTail = (z: number): number => erfc(z * Math.SQRT1_2) / 2;

/** P(from < Z <= to), without a difference of numbers near 1. */
export function between(from: number, to: number): number {
  return from > 0 ? upperTail(from) - upperTail(to) : upperTail(-to) - upperTail(-from);
}

interface Fraction {
  top: readonly number[];
  bottom: readonly number[];
}

/** The last coefficient of `top` belongs to the highest power. */
function ratio({ top, bottom }: Fraction, y: number): number {
  const last = bottom.length - 1;
  let above = top[last + 1]! * y;
  let below = y;
  for (let i = 0; i < last; i++) {
    above = (above + top[i]!) * y;
    below = (below + bottom[i]!) * y;
  }
  return (above + top[last]!) / (below + bottom[last]!);
}

const ROOT_PI = 1 / Math.sqrt(Math.PI);

function far(y: number): number {
  const square = 1 / (y * y);
  return (ROOT_PI - square * ratio(FAR, square)) / y;
}

/** times e^(-y^2), whose exponent is taken apart, since rounding y^2 would cost digits. */
function scaled(y: number, value: number): number {
  const short = Math.trunc(y * 16) / 16;
  return Math.exp(-short * short) * Math.exp(-(y - short) * (y + short)) * value;
}
