/** Features of the gray level run length matrix: pixels of one level in a row, the mean over the four angles of a plane. As pyradiomics' `glrlm`. */
import { ANGLES, type Levels, levelAt } from './region.ts';
import { add, type Counts, type SizeFeatures, sizeFeatures } from './sizes.ts';

export function glrlm(levels: Levels): Record<string, number> {
  const found = ANGLES.flatMap((angle) => {
    const runs = runsOf(levels, angle);
    return runs === undefined ? [] : [sizeFeatures(runs)];
  });
  const mean = (key: keyof SizeFeatures) => found.reduce((sum, of) => sum + of[key] / found.length, 0);
  return {
    GrayLevelNonUniformity: mean('grayNonUniformity'),
    GrayLevelNonUniformityNormalized: mean('grayNonUniformityNormalized'),
    GrayLevelVariance: mean('grayVariance'),
    HighGrayLevelRunEmphasis: mean('highGray'),
    LongRunEmphasis: mean('large'),
    LongRunHighGrayLevelEmphasis: mean('largeHighGray'),
    LongRunLowGrayLevelEmphasis: mean('largeLowGray'),
    LowGrayLevelRunEmphasis: mean('lowGray'),
    RunEntropy: mean('entropy'),
    RunLengthNonUniformity: mean('nonUniformity'),
    RunLengthNonUniformityNormalized: mean('nonUniformityNormalized'),
    RunPercentage: mean('percentage'),
    RunVariance: mean('variance'),
    ShortRunEmphasis: mean('small'),
    ShortRunHighGrayLevelEmphasis: mean('smallHighGray'),
    ShortRunLowGrayLevelEmphasis: mean('smallLowGray'),
  };
}

/** undefined where no two pixels that count lie in one line of this angle: such an angle does not count. */
function runsOf(levels: Levels, [dy, dx]: readonly [number, number]): Counts | undefined {
  const { height, width, grays } = levels;
  const counts: Counts = new Map();
  let several = false;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (y - dy >= 0 && x - dx >= 0 && y - dy < height && x - dx < width) continue; // no start of a line
      let [place, length, pixels] = [-1, 0, 0];
      for (let [r, c] = [y, x]; r < height && c >= 0 && c < width; r += dy, c += dx) {
        const next = levelAt(levels, r, c);
        if (next >= 0) pixels++;
        if (next === place) length++;
        else {
          if (place >= 0) add(counts, grays[place]!, length);
          [place, length] = [next, 1];
        }
      }
      if (place >= 0) add(counts, grays[place]!, length);
      several ||= pixels > 1;
    }
  }
  return several ? counts : undefined;
}
