/** Features of the gray level size zone matrix: pixels of one level that hang together, also by corners. As pyradiomics' `glszm`. */
import { AROUND, type Levels, levelAt } from './region.ts';
import { add, type Counts, sizeFeatures } from './sizes.ts';

export function glszm(levels: Levels): Record<string, number> {
  const of = sizeFeatures(zonesOf(levels));
  return {
    GrayLevelNonUniformity: of.grayNonUniformity,
    GrayLevelNonUniformityNormalized: of.grayNonUniformityNormalized,
    GrayLevelVariance: of.grayVariance,
    HighGrayLevelZoneEmphasis: of.highGray,
    LargeAreaEmphasis: of.large,
    LargeAreaHighGrayLevelEmphasis: of.largeHighGray,
    LargeAreaLowGrayLevelEmphasis: of.largeLowGray,
    LowGrayLevelZoneEmphasis: of.lowGray,
    SizeZoneNonUniformity: of.nonUniformity,
    SizeZoneNonUniformityNormalized: of.nonUniformityNormalized,
    SmallAreaEmphasis: of.small,
    SmallAreaHighGrayLevelEmphasis: of.smallHighGray,
    SmallAreaLowGrayLevelEmphasis: of.smallLowGray,
    ZoneEntropy: of.entropy,
    ZonePercentage: of.percentage,
    ZoneVariance: of.variance,
  };
}

function zonesOf(levels: Levels): Counts {
  const { width, places, grays } = levels;
  const counts: Counts = new Map();
  const seen = new Uint8Array(places.length);
  for (let start = 0; start < places.length; start++) {
    const place = places[start]!;
    if (place < 0 || seen[start] === 1) continue;
    seen[start] = 1;
    const zone = [start];
    for (let i = 0; i < zone.length; i++) {
      const [y, x] = [Math.floor(zone[i]! / width), zone[i]! % width];
      for (const [dy, dx] of AROUND) {
        if (levelAt(levels, y + dy, x + dx) !== place) continue;
        const next = (y + dy) * width + x + dx;
        if (seen[next] === 1) continue;
        seen[next] = 1;
        zone.push(next);
      }
    }
    add(counts, grays[place]!, zone.length);
  }
  return counts;
}
