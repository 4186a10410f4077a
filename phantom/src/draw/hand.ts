/** Draws the bones and the flesh of a hand, and tells where everything is. */
import type { Abnormality } from './abnormality.ts';
import { type Carpal, carpalTimes, epiphysisTimes, sesamoidTimes } from './ages.ts';
import type { Anomaly } from './anomaly.ts';
import { addCarpal, addRoundBone, type PlacedCarpal } from './carpal.ts';
import { fleshOf, sesamoidPlace } from './flesh.ts';
import { breakBone } from './fracture.ts';
import type { LaidBone, Layout } from './layout.ts';
import { addLongBone, type PlacedBone, type Plate, type Point, plateInPicture } from './long-bone.ts';
import type { Person } from './person.ts';
import type { Pose } from './pose.ts';
import type { LongBone } from './skeleton.ts';
import { drawTissue } from './tissue.ts';
import type { Canvas } from './tube.ts';
import type { View } from './view.ts';

/** Where a long bone is, in pixels. */
export interface BoneTruth {
  proximal: Point;
  distal: Point;
  /** The middle of the shaft. */
  shaft: Point;
  /** Its epiphysis has begun to ossify. */
  epiphysis: boolean;
  plate: Plate;
}

export interface HandTruth {
  bones: Readonly<Record<string, BoneTruth>>;
  /** Centres of the carpal bones that have appeared. */
  carpals: Readonly<Partial<Record<Carpal, Point>>>;
  sesamoid?: Point;
}

export interface Hand {
  person: Person;
  pose: Pose;
  layout: Layout;
  view: View;
  abnormality?: Abnormality | undefined;
  anomaly?: Anomaly | undefined;
}

/** The bones that a hand has, and where they lie in the picture. */
export interface HandBones {
  long: readonly PlacedBone[];
  carpals: readonly PlacedCarpal[];
  sesamoid?: { centre: Point; radius: number };
}

export function drawHand(canvas: Canvas, hand: Hand): HandTruth {
  const { person, layout, view } = hand;
  const { long, carpals, sesamoid } = bonesOf(hand);
  drawTissue(canvas, fleshOf(layout, person, view));
  canvas.bone.fill(0);
  for (const placed of long) {
    addLongBone(canvas, placed);
    if (placed.fracture) breakBone(canvas, placed, placed.fracture);
  }
  for (const placed of carpals) addCarpal(canvas, placed);
  if (sesamoid) addRoundBone(canvas, sesamoid.centre, sesamoid.radius, person.dense);
  return {
    bones: Object.fromEntries(long.map((placed) => [placed.bone.name, truthOf(placed)])),
    carpals: Object.fromEntries(carpals.map(({ name, centre }) => [name, centre])),
    ...(sesamoid && { sesamoid: sesamoid.centre }),
  };
}

export function bonesOf(hand: Hand): HandBones {
  const { person, pose, layout, view, abnormality, anomaly } = hand;
  const isMissing = (name: string) =>
    (abnormality?.kind === 'missing phalanx' && abnormality.bone === name) ||
    (anomaly?.kind === 'missing' && anomaly.bone === name);
  const long = [layout.radius, layout.ulna, ...[...layout.rays.values()].flat()].flatMap((laid) =>
    isMissing(laid.bone.name) ? [] : [placeBone(laid, hand)],
  );
  const carpals = [...layout.carpals].flatMap(([name, at]) => {
    const { size } = person.stage(name, carpalTimes(name, person.sex));
    if (size === 0) return [];
    const centre = view.toPicture(at);
    const scale = view.scale * person.lengthScale * Math.sqrt(person.breadth) * person.widths.get(name)!;
    return [{ name, centre, turn: view.turn, hand: pose.hand, scale, size, dense: person.dense }];
  });
  const { size } = person.stage('sesamoid', sesamoidTimes(person.sex));
  if (size === 0) return { long, carpals };
  const centre = view.toPicture(sesamoidPlace(layout, person.lengthScale));
  return { long, carpals, sesamoid: { centre, radius: 2.7 * size * person.widthScale * view.scale } };
}

function placeBone({ bone, proximal, distal }: LaidBone, { person, pose, view, abnormality }: Hand): PlacedBone {
  const { name } = bone;
  const broken = abnormality?.kind === 'fracture' && abnormality.bone === name;
  return {
    bone,
    stage: person.stage(name, epiphysisTimes(name, person.sex)),
    proximal: view.toPicture(proximal),
    distal: view.toPicture(distal),
    lengthScale: person.lengthScale * person.lengths.get(name)!,
    widthScale: person.widthScale * person.widths.get(name)! * slimmer(bone, person),
    ossified: person.ossified,
    dense: person.dense,
    hand: pose.hand,
    ...(broken && {
      fracture: {
        at: abnormality.at!,
        slant: abnormality.slant!,
        shift: abnormality.shift! * view.scale * person.widthScale,
      },
    }),
  };
}

/** The bones of the forearm are slim in infants. */
const slimmer = ({ name }: LongBone, { lengthScale }: Person) =>
  name === 'radius' || name === 'ulna' ? 0.72 + 0.28 * Math.min(1, lengthScale) : 1;

function truthOf(placed: PlacedBone): BoneTruth {
  const { proximal, distal, bone, stage } = placed;
  const middle = bone.name === 'radius' || bone.name === 'ulna' ? 0.75 : 0.55;
  return {
    proximal,
    distal,
    shaft: [proximal[0] + (distal[0] - proximal[0]) * middle, proximal[1] + (distal[1] - proximal[1]) * middle],
    epiphysis: stage.size > 0,
    plate: plateInPicture(placed),
  };
}
