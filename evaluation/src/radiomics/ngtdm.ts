/** Features of the neighbouring gray tone difference matrix: how far a pixel's level is from the mean around it. As pyradiomics' `ngtdm`. */
import { AROUND, type Levels, levelAt } from './region.ts';

export function ngtdm(levels: Levels): Record<string, number> {
  const { height, width, grays, count } = levels;
  const many = grays.length;
  const shares = new Float64Array(many);
  const apart = new Float64Array(many);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = levelAt(levels, y, x);
      if (place < 0) continue;
      let [sum, neighbours] = [0, 0];
      for (const [dy, dx] of AROUND) {
        const other = levelAt(levels, y + dy, x + dx);
        if (other < 0) continue;
        sum += grays[other]!;
        neighbours++;
      }
      shares[place]! += 1 / count;
      if (neighbours > 0) apart[place]! += Math.abs(grays[place]! - sum / neighbours);
    }
  }
  const overPairs = (of: (a: number, b: number) => number): number => {
    let sum = 0;
    for (let a = 0; a < many; a++) for (let b = 0; b < many; b++) sum += of(a, b);
    return sum;
  };
  const coarse = shares.reduce((sum, share, a) => sum + share * apart[a]!, 0);
  const all = apart.reduce((sum, one) => sum + one, 0);
  const between = (a: number, b: number) => (grays[a]! - grays[b]!) ** 2;
  const busy = overPairs((a, b) => Math.abs(grays[a]! * shares[a]! - grays[b]! * shares[b]!));
  const strong = overPairs((a, b) => (shares[a]! + shares[b]!) * between(a, b));
  const complex = overPairs((a, b) => {
    const together = shares[a]! * apart[a]! + shares[b]! * apart[b]!;
    return (Math.abs(grays[a]! - grays[b]!) * together) / (shares[a]! + shares[b]!);
  });
  const contrast = (overPairs((a, b) => shares[a]! * shares[b]! * between(a, b)) * all) / count;
  return {
    Busyness: busy === 0 ? 0 : coarse / busy,
    Coarseness: coarse === 0 ? 1e6 : 1 / coarse,
    Complexity: complex / count,
    Contrast: many < 2 ? 0 : contrast / (many * (many - 1)),
    Strength: all === 0 ? 0 : strong / all,
  };
}
