/**
 * The undecimated wavelet transform of one level, by rows and columns, as PyWavelets' `swtn` with `coif1` and periodic borders. An odd
 * side gets its first row or column once more at its end, as pyradiomics does.
 */

/** Coefficients of coif1, as PyWavelets has them. */
const LOW = [
  -0.015655728135791993, -0.07273261951252645, 0.3848648468648578, 0.8525720202116004, 0.3378976624574818,
  -0.07273261951252645,
];
const HIGH = LOW.toReversed().map((value, i) => (i % 2 === 0 ? -value : value));

export interface Plane {
  height: number;
  width: number;
  /** [H, W] */
  values: Float64Array;
}

/** In pyradiomics' order and names: the first letter is along rows, the second along columns. */
export function wavelets(plane: Plane): [name: string, image: Plane][] {
  const [l, h] = [alongRows(plane, LOW), alongRows(plane, HIGH)];
  return [
    ['LH', alongColumns(l, HIGH)],
    ['HL', alongColumns(h, LOW)],
    ['HH', alongColumns(h, HIGH)],
    ['LL', alongColumns(l, LOW)],
  ];
}

const even = (side: number): number => side + (side % 2);

/** Of each row; values of the last column of an odd side lie beyond it. */
function alongRows({ height, width, values }: Plane, filter: readonly number[]): Plane {
  const out = new Float64Array(height * width);
  const wide = even(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let m = 0; m < filter.length; m++) {
        const at = mod(x - m + 3, wide);
        sum += filter[m]! * values[y * width + (at === width ? 0 : at)]!;
      }
      out[y * width + x] = sum;
    }
  }
  return { height, width, values: out };
}

function alongColumns(plane: Plane, filter: readonly number[]): Plane {
  return turned(alongRows(turned(plane), filter));
}

function turned({ height, width, values }: Plane): Plane {
  const out = new Float64Array(values.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[x * height + y] = values[y * width + x]!;
  return { height: width, width: height, values: out };
}

const mod = (value: number, of: number): number => ((value % of) + of) % of;
