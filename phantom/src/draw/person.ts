/** Who is drawn: what tells one hand from another of the same age and sex. The draws do not depend on age and sex. */
import { CARPALS, type Sex, type Stage, stageAt, type Timetable } from './ages.ts';
import { type Draw, drawFor } from './random.ts';
import { BREADTH_BY_SEX, FINGERS, lengthShare, rayOf, widthShare } from './skeleton.ts';

export interface Person {
  /** Months. */
  age: number;
  sex: Sex;
  /** What a grown man's lengths and widths are multiplied by. */
  lengthScale: number;
  widthScale: number;
  /** Breadth of the hand beside its length, about 1. */
  breadth: number;
  /** Thickness of soft tissue beside the bones', about 1. */
  flesh: number;
  /** Density of bone, about 1. */
  dense: number;
  /** Lengths and widths of single bones, about 1, by name. */
  lengths: ReadonlyMap<string, number>;
  widths: ReadonlyMap<string, number>;
  /** The stage of a centre: it is a little early or late, by name. */
  stage(name: string, times: Timetable): Stage;
  /** How much of the ends without a plate has turned into bone, 0 to 1. */
  ossified: number;
}

/** All names that draws are made for, in this order. */
const NAMES = [
  ...FINGERS.flatMap((finger) => rayOf(finger).map(({ name }) => name)),
  'radius',
  'ulna',
  ...CARPALS,
  'sesamoid',
];

const perName = (draw: () => number): ReadonlyMap<string, number> => new Map(NAMES.map((name) => [name, draw()]));

/** How far centres differ from the typical age: a share of it, and months. */
const LATE = { share: 0.02, months: 0.7 };

/** @param age in months, 0 to 240 */
export function drawPerson(seed: number, picture: number, age: number, sex: Sex): Person {
  const draw: Draw = drawFor(seed, picture, 'person');
  const tall = draw.normal(1, 0.035);
  const stout = draw.normal(1, 0.025);
  const flesh = draw.normal(1, 0.05);
  const dense = draw.normal(1, 0.09);
  const broad = draw.normal(1, 0.015);
  const lengths = perName(() => draw.normal(1, 0.016));
  const widths = perName(() => draw.normal(1, 0.02));
  const late = perName(() => draw.normal(0, 1));
  const length = lengthShare(age, sex);
  const grown = Math.min(1, age / 190);
  // Infants' hands are plump.
  const plump = 1 + 0.16 * Math.max(0, 1 - age / 60);
  return {
    age,
    sex,
    lengthScale: length * tall,
    widthScale: widthShare(length, sex) * tall * stout,
    breadth: broad * BREADTH_BY_SEX[sex],
    flesh: flesh * plump * (sex === 'male' ? 1.21 : 1.07),
    dense: Math.min(1.25, dense * (0.72 + 0.28 * grown) * (sex === 'male' ? 1.02 : 0.99)),
    lengths,
    widths,
    stage: (name, times) =>
      stageAt(age + (late.get(name) ?? 0) * (LATE.share * Math.min(age, 190) + LATE.months), times),
    ossified: Math.min(1, (age + 10) / 130),
  };
}
