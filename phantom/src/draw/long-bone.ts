/**
 * A long bone at its stage of growth: the shaft, and the epiphysis beyond a growth plate that lets the rays through. While
 * the plate closes, the drawing with it and the drawing of one whole bone are mixed.
 */
import type { Stage } from './ages.ts';
import { cortexAt, type Profile, profileOf, spongeAt } from './profile.ts';
import type { LongBone } from './skeleton.ts';
import { addTube, type Canvas, STATIONS, type Tube } from './tube.ts';

export type Point = readonly [x: number, y: number];

export interface Fracture {
  /** As a share of the bone's length, from the proximal end. */
  at: number;
  /** Degrees against the bone's axis; 90 is straight across. */
  slant: number;
  /** Pixels by which the far fragment is aside. */
  shift: number;
}

export interface PlacedBone {
  bone: LongBone;
  stage: Stage;
  /** The ends of the grown bone, cartilage included, in pixels. */
  proximal: Point;
  distal: Point;
  /** What a grown man's lengths, and widths, are multiplied by. */
  lengthScale: number;
  widthScale: number;
  /** 0 (newborn) to 1: how much of the ends without a plate has turned into bone. */
  ossified: number;
  /** Density, about 1. */
  dense: number;
  hand: 1 | -1;
  fracture?: Fracture;
}

/** Of a grown man's bone in millimetres; narrower in smaller bones. */
const PLATE = 1.75;

export interface Plate {
  /** Pixels. */
  centre: Point;
  /** Pixels along the bone; 0 when it has closed. */
  width: number;
  /** Share that has turned into bone. */
  fusion: number;
}

interface End {
  /** Pixels over which the end is rounded off, and how square it is: 2 is a circle. */
  round: number;
  power: number;
  /** Pixels of compact bone. */
  wall: number;
}

const cap = (depth: number, { round, power }: End) => {
  if (depth <= 0) return 0;
  return depth >= round ? 1 : (1 - (1 - depth / round) ** power) ** (1 / power);
};

interface Part {
  /** Shares of the length of the bone. */
  from: number;
  to: number;
  near: End;
  far: End;
  widths: number;
  scar?: { at: number; strength: number };
}

/** Where the plate of a bone lies, as a share of its length from the proximal end, and how wide it is. */
function plateOf({ bone, stage, lengthScale }: PlacedBone): { at: number; width: number } {
  const full = (PLATE * (bone.epiphysis / 5.2) ** 0.2) / bone.length;
  const width = (full * (1.25 - 0.55 * stage.size) * (1 - 0.7 * stage.fusion)) / Math.sqrt(lengthScale);
  const share = bone.epiphysis / bone.length;
  return { at: bone.plate === 'proximal' ? share : 1 - share, width };
}

/** Where the plate is in the picture. */
export function plateInPicture(placed: PlacedBone): Plate {
  const { at, width } = plateOf(placed);
  const [a, b] = [placed.proximal, placed.distal];
  const { fusion, size } = placed.stage;
  return {
    centre: [a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at],
    width: size === 0 || fusion === 1 ? 0 : width * Math.hypot(b[0] - a[0], b[1] - a[1]),
    fusion,
  };
}

/** Adds the bone to the picture. */
export function addLongBone(canvas: Canvas, placed: PlacedBone): void {
  const whole = placed.stage.fusion;
  const apart = 1 - whole;
  if (apart > 0) for (const part of partsOf(placed, canvas.scale)) addPart(canvas, placed, part, apart);
  if (whole > 0) addPart(canvas, placed, wholeOf(placed, canvas.scale), whole);
}

/** Adds all that the bone covers. A plate that is closing counts as bone once half of it has turned into bone. */
export function addCovered(canvas: Canvas, placed: PlacedBone): void {
  const { scale } = canvas;
  const parts = placed.stage.fusion < 0.5 ? partsOf(placed, scale) : [wholeOf(placed, scale)];
  for (const part of parts) addPart(canvas, placed, part, 1);
}

/** Ends of the bone where it meets others, in pixels. */
function joints({ bone, widthScale }: PlacedBone, scale: number): { near: End; far: End } {
  const [p, , d] = bone.widths;
  const width = widthScale * scale;
  const family = bone.name.replace(/\d$/, '');
  const head = {
    round: (family === 'metacarpal' ? 0.46 : 0.3) * d * width,
    power: family === 'metacarpal' ? 2.1 : 2.5,
  };
  const forearm = bone.plate === 'distal' && family !== 'metacarpal';
  return {
    near: { round: 0.2 * p * width, power: 2.6, wall: 0.75 * width },
    far: { ...(forearm ? { round: 0.13 * d * width, power: 2.4 } : head), wall: 0.75 * width },
  };
}

function wholeOf(placed: PlacedBone, scale: number): Part {
  const { scar } = placed.stage;
  return { from: 0, to: 1, ...joints(placed, scale), widths: 1, scar: { at: plateOf(placed).at, strength: scar } };
}

/** The shaft, and the epiphysis once it is there. */
function partsOf(placed: PlacedBone, scale: number): Part[] {
  const { bone, stage, widthScale, ossified } = placed;
  const { at, width } = plateOf(placed);
  const { near, far } = joints(placed, scale);
  const proximal = bone.plate === 'proximal';
  const short = (1 - ossified) * 0.07; // cartilage at the end without a plate
  const metaphysis: End = { round: 1.1 * widthScale * scale, power: 3, wall: 0.95 * widthScale * scale };
  const shaft: Part = proximal
    ? { from: at + width / 2, to: 1 - short, near: metaphysis, far, widths: 1 }
    : { from: short, to: at - width / 2, near, far: metaphysis, widths: 1 };
  if (stage.size === 0) return [shaft];
  // The epiphysis grows from a dot in its middle to the width of the shaft.
  const [from, to] = proximal ? [0, at - width / 2] : [at + width / 2, 1];
  const middle = proximal ? mix(to, from, 0.45) : mix(from, to, 0.45);
  const length = 0.3 + 0.7 * stage.size;
  const flat: End = {
    round: Math.max(0.4, 1.2 * widthScale * scale * stage.size),
    power: 2.4,
    wall: 0.7 * widthScale * scale,
  };
  const pixels = (to - from) * length * lengthOf(placed);
  const dot: End = { round: pixels / 2, power: 2, wall: 0.5 * widthScale * scale };
  const grown = stage.size > 0.6;
  const epiphysis: Part = {
    from: mix(middle, from, length),
    to: mix(middle, to, length),
    near: grown ? (proximal ? near : flat) : dot,
    far: grown ? (proximal ? flat : far) : dot,
    widths: stage.size,
  };
  return [shaft, epiphysis];
}

const mix = (a: number, b: number, share: number) => a + (b - a) * share;
const lengthOf = ({ proximal: a, distal: b }: PlacedBone) => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** Depth as a share of the width; the radius is flat at the wrist. */
const DEPTHS: Readonly<Record<string, number>> = { radius: 0.58, ulna: 0.74 };

function addPart(canvas: Canvas, placed: PlacedBone, part: Part, share: number): void {
  const { bone, proximal: a, distal: b, hand, dense, widthScale } = placed;
  const at = (place: number): Point => [mix(a[0], b[0], place), mix(a[1], b[1], place)];
  const profile = profileOf(bone, widthScale * canvas.scale);
  addTube(canvas, {
    from: at(part.from),
    to: at(part.to),
    hand,
    ...tablesOf(placed, part, profile, canvas.scale),
    depth: DEPTHS[bone.name] ?? 0.86,
    ...endsOf(placed, part, canvas.scale),
    share: share * (0.72 + 0.28 * dense),
    grain: 0.2,
  });
}

type Tables = Pick<Tube, 'outer' | 'inner' | 'core' | 'bend'>;

function tablesOf(placed: PlacedBone, part: Part, profile: Profile, scale: number): Tables {
  const { bone, widthScale, dense, fracture } = placed;
  const pixels = (part.to - part.from) * lengthOf(placed);
  const tables = {
    outer: new Float32Array(STATIONS + 1),
    inner: new Float32Array(STATIONS + 1),
    core: new Float32Array(STATIONS + 1),
    ...(fracture && { bend: new Float32Array(STATIONS + 1) }),
  };
  for (let i = 0; i <= STATIONS; i++) {
    const f = i / STATIONS;
    const place = mix(part.from, part.to, f);
    const [before, behind] = [f * pixels, (1 - f) * pixels];
    const half = profile(place) * part.widths;
    tables.outer[i] = half * cap(before, part.near) * cap(behind, part.far);
    const marrow = Math.max(0, half - cortexAt(place, bone, widthScale, dense) * scale * Math.sqrt(part.widths));
    tables.inner[i] = marrow * cap(before - part.near.wall, part.near) * cap(behind - part.far.wall, part.far);
    const line = part.scar
      ? part.scar.strength * Math.max(0, 1 - Math.abs(place - part.scar.at) * bone.length * 0.9)
      : 0;
    tables.core[i] = spongeAt(place, dense) + 0.55 * line;
    if (fracture && place > fracture.at) tables.bend![i] = fracture.shift;
  }
  return tables;
}

/** Hollows of joints, and the slope of the radius. */
function endsOf({ bone, widthScale, lengthScale }: PlacedBone, part: Part, scale: number): Pick<Tube, 'tilt' | 'cup'> {
  const family = bone.name.replace(/\d$/, '');
  const pixel = widthScale * scale;
  if (family === 'radius') {
    const joint = part.to > 0.999 ? 0.36 : 0.06;
    return { tilt: [part.from > 0.5 ? -0.06 : 0, joint], cup: [0, part.to > 0.999 ? 1.4 * pixel : 0] };
  }
  if (family === 'ulna') return { tilt: [0, part.to > 0.999 ? -0.12 : 0] };
  if (family === 'metacarpal') return { cup: [part.from < 0.01 ? 0.8 * pixel * lengthScale : 0, 0] };
  const base = part.from < 0.01 ? 0.9 * pixel : 0;
  const head = part.to > 0.9 && family !== 'distal' ? 0.7 * pixel : 0;
  return { cup: [base, head] };
}
