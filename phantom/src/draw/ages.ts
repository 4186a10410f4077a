/**
 * When the bones of hand and wrist ossify and their growth plates close, for girls and boys.
 *
 * Sources: Greulich and Pyle 1959, "Radiographic atlas of skeletal development of the hand and wrist"; Gilsanz and Ratib
 * 2005, "Hand bone age": order of appearance capitate, hamate, radius, triquetrum, lunate, trapezium, trapezoid,
 * scaphoid, ulna, pisiform; epiphyses of the proximal phalanges, the metacarpals, the middle and the distal phalanges;
 * fusion of the distal phalanges first, of the radius last. Ages are typical ones in months, rounded; children differ.
 */

export const SEXES = ['female', 'male'] as const;
export type Sex = (typeof SEXES)[number];

export const CARPALS = [
  'capitate',
  'hamate',
  'triquetrum',
  'lunate',
  'trapezium',
  'trapezoid',
  'scaphoid',
  'pisiform',
] as const;

export type Carpal = (typeof CARPALS)[number];

/** Months: when a centre appears, when it has its final share of the bone, and when its plate has closed. */
export interface Timetable {
  appears: number;
  grown: number;
  closed: number;
}

type Row = readonly [girls: number, boys: number];

const NEVER = Number.POSITIVE_INFINITY;

const CARPAL_AGES: Readonly<Record<Carpal, Row>> = {
  capitate: [2, 3],
  hamate: [3, 4],
  triquetrum: [24, 30],
  lunate: [36, 46],
  trapezium: [48, 66],
  trapezoid: [50, 69],
  scaphoid: [53, 72],
  pisiform: [102, 132],
};

/** Carpal bones have their adult shape. */
const CARPALS_GROWN: Row = [156, 180];

/** Appearance of epiphyses: the bone's name, as in skeleton.ts. */
const EPIPHYSIS_AGES: Readonly<Record<string, Row>> = {
  radius: [10, 14],
  ulna: [70, 84],
  metacarpal1: [18, 28],
  metacarpal2: [13, 18],
  metacarpal3: [14, 20],
  metacarpal4: [15, 23],
  metacarpal5: [16, 26],
  proximal1: [20, 34],
  proximal2: [11, 17],
  proximal3: [10, 16],
  proximal4: [11, 17],
  proximal5: [13, 21],
  middle2: [16, 26],
  middle3: [15, 24],
  middle4: [15, 24],
  middle5: [22, 38],
  distal1: [13, 19],
  distal2: [22, 38],
  distal3: [18, 29],
  distal4: [18, 29],
  distal5: [23, 39],
};

/** By the kind of bone: as wide as the shaft, and closed. */
const GROWTH: Readonly<Record<string, { grown: Row; closed: Row }>> = {
  distal: { grown: [108, 132], closed: [160, 184] },
  metacarpal: { grown: [114, 138], closed: [172, 194] },
  proximal: { grown: [108, 132], closed: [174, 196] },
  middle: { grown: [108, 132], closed: [176, 198] },
  ulna: { grown: [138, 162], closed: [194, 212] },
  radius: { grown: [114, 138], closed: [204, 224] },
};

/** Sesamoid bone at the head of the first metacarpal. */
const SESAMOID: Row = [132, 156];

const of = (row: Row, sex: Sex) => row[sex === 'female' ? 0 : 1];

export function carpalTimes(bone: Carpal, sex: Sex): Timetable {
  return { appears: of(CARPAL_AGES[bone], sex), grown: of(CARPALS_GROWN, sex), closed: NEVER };
}

/** @param bone a long bone of skeleton.ts: `radius`, `metacarpal3` */
export function epiphysisTimes(bone: string, sex: Sex): Timetable {
  const { grown, closed } = GROWTH[bone.replace(/\d$/, '')]!;
  return { appears: of(EPIPHYSIS_AGES[bone]!, sex), grown: of(grown, sex), closed: of(closed, sex) };
}

export const sesamoidTimes = (sex: Sex): Timetable => ({
  appears: of(SESAMOID, sex),
  grown: of(CARPALS_GROWN, sex),
  closed: NEVER,
});

/** How long plates take to close, in months, and how long a line is left of them. */
const CLOSING = 20;
const SCAR = 22;

export interface Stage {
  /** Share of the final size, above 0 once the centre has appeared, at most 1. */
  size: number;
  /** Share of the plate that has turned into bone, 0 to 1. */
  fusion: number;
  /** How plain the line is that a closed plate leaves, 0 to 1. */
  scar: number;
}

const share = (value: number, from: number, to: number) => Math.min(1, Math.max(0, (value - from) / (to - from)));

/** @param age in months */
export function stageAt(age: number, { appears, grown, closed }: Timetable): Stage {
  if (age < appears) return { size: 0, fusion: 0, scar: 0 };
  const fusion = closed === NEVER ? 0 : share(age, closed - CLOSING, closed);
  // A centre is a dot at first, grows fast, and slower later.
  const size = 0.22 + 0.78 * share(age, appears, grown) ** 0.8;
  return { size, fusion, scar: fusion * (1 - share(age, closed, closed + SCAR)) };
}
