/**
 * A phantom of a hand radiograph: not of a person, and not a simulation of physics to be relied on. It runs in Node and in
 * browsers; the same options give the same picture.
 */
import { check, checkInteger, number, oneOf } from '@onnoise/scheduler/rules';
import { type Abnormality, drawAbnormality, shorterBones } from './abnormality.ts';
import { SEXES, type Sex } from './ages.ts';
import { type Anomaly, drawAnomaly } from './anomaly.ts';
import { drawExposure, type Exposure } from './exposure.ts';
import { expose } from './film.ts';
import { drawHand, type HandTruth } from './hand.ts';
import { layHand } from './layout.ts';
import { type Marker, PLATE } from './marker.ts';
import { drawMask } from './mask.ts';
import { drawPerson } from './person.ts';
import { drawPose } from './pose.ts';
import { drawFor } from './random.ts';
import { boneTexture } from './texture.ts';
import type { Canvas } from './tube.ts';
import { viewOf } from './view.ts';

/** Months: all that the tables know. */
export const AGES = { min: 1, max: 228 } as const;
export const SIZES = { min: 32, max: 1024 } as const;

export interface PhantomOptions {
  /** 0 to 2^53 - 1. */
  seed: number;
  /** Which picture of the seed, 0 to 2^32 - 1. */
  picture: number;
  /** Side in pixels, 32 to 1024. */
  size: number;
  /** Months, 1 to 228; drawn evenly from the range if two are given. */
  age: number | readonly [youngest: number, oldest: number];
  /** Drawn if it is not given. */
  sex?: Sex | undefined;
  /** Share of right hands, 0 to 1; 0.05 if not given. */
  right?: number | undefined;
  /** Share of hands with something abnormal, 0 to 1; 0 if not given. */
  abnormal?: number | undefined;
  /** Share of hands with one finger bone missing or clearly too short, 0 to 1; 0 if not given. */
  anomaly?: number | undefined;
  /** Whether to make the label map, too. It does not change the picture. */
  mask?: boolean | undefined;
}

export interface Phantom {
  /** Grey levels, 0 to 255. [size, size] */
  pixels: Uint8Array;
  /** If asked for: of each pixel the number of its label in `LABELS` (labels.ts), as `drawMask` says. [size, size] */
  mask?: Uint8Array;
  truth: PhantomTruth;
}

/** All that is known of a picture. Points are pixels from the top left corner. */
export interface PhantomTruth extends HandTruth {
  /** Months. */
  age: number;
  sex: Sex;
  side: 'left' | 'right';
  /** Pixels a millimetre. */
  scale: number;
  abnormality?: Abnormality;
  anomaly?: Anomaly;
  marker?: Pick<Marker, 'letter' | 'initials' | 'at'>;
}

/** Of a grown man in millimetres, from the neck of the capitate. */
const WRIST = -18;

/** Small pictures are drawn larger and averaged: bones of a pixel's width would break up. */
const LEAST_SIDE = 192;

/**
 * A function that draws phantoms, in memory that it reuses from picture to picture.
 * It throws InputError for a seed, a picture, a size, an age or a sex out of its range.
 */
export function createPainter(): (options: PhantomOptions) => Phantom {
  let last: Canvas | undefined;
  return (options) => {
    checkInteger('draw a phantom', 'size', options.size, SIZES.min, SIZES.max);
    const side = options.size * Math.ceil(LEAST_SIDE / options.size);
    if (last?.size !== side) last = createCanvas(side);
    return draw(options, last);
  };
}

function createCanvas(size: number): Canvas {
  const values = () => new Float32Array(size * size);
  return { size, scale: 1, bone: values(), soft: values(), noise: values(), texture: boneTexture() };
}

function draw(options: PhantomOptions, memory: Canvas): Phantom {
  const { seed, picture, size } = options;
  const { age, sex } = whoIs(options);
  const side = memory.size;
  const times = side / size;
  const person = drawPerson(seed, picture, age, sex);
  const pose = drawPose(seed, picture, options.right ?? 0.05);
  const abnormality = drawAbnormality(seed, picture, options.abnormal ?? 0);
  const anomaly = drawAnomaly(seed, picture, options.anomaly ?? 0);
  const layout = layHand(person, pose, shorterBones(abnormality, anomaly));
  const view = viewOf(side, layout, pose, person.lengthScale);
  const canvas = { ...memory, scale: view.scale };
  const hand = { person, pose, layout, view, abnormality, anomaly };
  const drawn = drawHand(canvas, hand);
  const exposure = drawExposure(seed, picture);
  const marker = markerOf(canvas, exposure, pose.hand === 1 ? 'L' : 'R');
  const wrist = Math.round(view.toPicture([0, WRIST * person.lengthScale])[1]);
  const film = expose(canvas, exposure, marker, wrist, seed, picture);
  const truth: PhantomTruth = {
    age,
    sex,
    side: pose.hand === 1 ? 'left' : 'right',
    scale: view.scale,
    ...(abnormality && { abnormality }),
    ...(anomaly && { anomaly }),
    ...(marker && { marker: { letter: marker.letter, initials: marker.initials, at: marker.at } }),
    ...drawn,
  };
  const { collimation } = exposure;
  const viewAt = (side: number) => viewOf(side, layout, pose, person.lengthScale);
  return {
    pixels: average(film, size, times),
    ...(options.mask && {
      mask: drawMask({ size, times, collimation, handAt: (side) => ({ ...hand, view: viewAt(side) }) }),
    }),
    truth: times === 1 ? truth : shrink(truth, times),
  };
}

/** Age and sex as given, or drawn from what they may be. */
function whoIs({ seed, picture, age, sex }: PhantomOptions): { age: number; sex: Sex } {
  const draw = drawFor(seed, picture, 'who');
  const [at, male] = [draw.uniform(0, 1), draw.chance(0.5)];
  const months = number(AGES);
  const [youngest, oldest] = typeof age === 'number' ? [age, age] : age;
  for (const value of [youngest, oldest]) check('draw a phantom', 'age', months, value);
  const drawn = typeof age === 'number' ? age : youngest + Math.floor(at * (oldest - youngest + 1));
  if (sex !== undefined) check('draw a phantom', 'sex', oneOf(SEXES), sex);
  return { age: drawn, sex: sex ?? (male ? 'male' : 'female') };
}

/** Places that a marker may have, as shares of the frame's sides; the first that the hand leaves free from a drawn one on. */
const PLACES = [
  [0.05, 0.14],
  [0.05, 0.5],
  [0.05, 0.65],
  [0.05, 0.8],
  [0.85, 0.14],
  [0.85, 0.8],
] as const;

function markerOf({ size, soft }: Canvas, { marker, collimation }: Exposure, letter: 'L' | 'R'): Marker | undefined {
  if (marker === undefined) return undefined;
  const margins = collimation?.margins ?? [0, 0, 0, 0];
  /** Within the frame, in pixels. @param side 0 across, 1 down */
  const within = (share: number, side: 0 | 1) => {
    const [from, to] = [Math.max(0, margins[side]), 1 - Math.max(0, margins[side + 2]!)];
    return (from + share * (to - from)) * size;
  };
  const height = marker.height * size;
  const isFree = ([x, y]: readonly [number, number]) => {
    for (let row = y - height * PLATE.top; row < y - height * PLATE.bottom; row += 2) {
      for (let column = x + height * PLATE.left; column < x + height * PLATE.right; column += 2) {
        if (soft[Math.round(row) * size + Math.round(column)]! > 0) return false;
      }
    }
    return true;
  };
  const first = Math.floor(marker.place * PLACES.length);
  for (let k = 0; k < PLACES.length; k++) {
    const [x, y] = PLACES[(first + k) % PLACES.length]!;
    const at = [within(x, 0), within(y, 1)] as const;
    if (isFree(at)) return { ...marker, letter, at, height };
  }
  return undefined;
}

/** Means of squares of `times` pixels. */
function average(pixels: Uint8Array, size: number, times: number): Uint8Array {
  if (times === 1) return pixels;
  const small = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let y = 0; y < times; y++) {
        for (let x = 0; x < times; x++) sum += pixels[(row * times + y) * size * times + column * times + x]!;
      }
      small[row * size + column] = sum / (times * times) + 0.5;
    }
  }
  return small;
}

/** The same truth in a picture whose side is a `times`th. */
function shrink(truth: PhantomTruth, times: number): PhantomTruth {
  const point = ([x, y]: readonly [number, number]) => [x / times, y / times] as const;
  return {
    ...truth,
    scale: truth.scale / times,
    ...(truth.marker && { marker: { ...truth.marker, at: point(truth.marker.at) } }),
    ...(truth.sesamoid && { sesamoid: point(truth.sesamoid) }),
    carpals: Object.fromEntries(Object.entries(truth.carpals).map(([name, at]) => [name, point(at)])),
    bones: Object.fromEntries(
      Object.entries(truth.bones).map(([name, { proximal, distal, shaft, epiphysis, plate }]) => [
        name,
        {
          proximal: point(proximal),
          distal: point(distal),
          shaft: point(shaft),
          epiphysis,
          plate: { ...plate, centre: point(plate.centre), width: plate.width / times },
        },
      ]),
    ),
  };
}
