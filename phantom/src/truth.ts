/** What is known of a file, as one line of JSON. docs/phantom.md explains the keys. */
import type { PhantomTruth } from './draw/draw-phantom.ts';

/** How a copy differs from its original. */
export interface CopyChange {
  /** Pixels to the right and down. */
  shift: readonly [x: number, y: number];
  /** The largest grey levels that were added or taken away. */
  noise: number;
}

/** Tenths of a pixel. */
const tenths = (value: number) => Math.round(value * 10) / 10;
const point = ([x, y]: readonly [number, number]) => [tenths(x), tenths(y)];

/** @param id of the table @param copy of a copy: the id of its original, and how it was changed @param speaks of anomalies */
export function truthLine(
  id: number | string,
  file: string,
  truth: PhantomTruth,
  copy?: { of: number | string } & Partial<CopyChange>,
  speaks = false,
): string {
  const moved = copy?.shift ?? [0, 0];
  const at = ([x, y]: readonly [number, number]) => point([x + moved[0], y + moved[1]]);
  const points = <T>(of: Readonly<Record<string, T>>, read: (value: T) => unknown) =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, read(value)]));
  return JSON.stringify({
    id,
    file,
    age: truth.age,
    sex: truth.sex,
    side: truth.side,
    scale: Math.round(truth.scale * 1000) / 1000,
    abnormality: truth.abnormality ?? null,
    ...(speaks && { anomaly: truth.anomaly ?? null }),
    copy: copy ?? null,
    marker: truth.marker ? { ...truth.marker, at: at(truth.marker.at) } : null,
    carpals: points(truth.carpals, (centre) => at(centre!)),
    sesamoid: truth.sesamoid ? at(truth.sesamoid) : null,
    bones: points(truth.bones, ({ proximal, distal, shaft, epiphysis, plate }) => ({
      proximal: at(proximal),
      distal: at(distal),
      shaft: at(shaft),
      epiphysis,
      plate: { centre: at(plate.centre), width: tenths(plate.width), fusion: Math.round(plate.fusion * 100) / 100 },
    })),
  });
}
