/** Single numbers of a small radiograph, or of a phantom of one, each of which might tell the two apart. */
import { HAND_MEASURES, type Hand, handOf } from '../../site/views/game/measures/hand-measures.ts';
import { frame, type Plane } from '../../site/views/game/measures/ink.ts';

const mean = (values: ArrayLike<number>): number =>
  values.length === 0 ? 0 : Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** The level that `share` of the pixels are not above. */
const levelAt = ({ ink }: Plane, share: number) => ink.toSorted()[Math.floor(share * (ink.length - 1))]!;

/** As the game has it; 0 where there is none. */
const measured = (id: string) => {
  const { of } = HAND_MEASURES.find((one) => one.id === id)!;
  return (plane: Plane) => of(plane)?.value ?? 0;
};

const spread = ({ ink }: Plane) => {
  const middle = mean(ink);
  return Math.sqrt(mean(ink.map((value) => (value - middle) ** 2)));
};

/** Mean step between neighbours, as a share of the spread. */
const steepness = (plane: Plane) => {
  const { ink, width } = plane;
  const steps = Array.from(ink, (value, i) => (i % width === 0 ? 0 : Math.abs(value - ink[i - 1]!)));
  return mean(steps) / (spread(plane) + 1);
};

/** Of the pixels of the largest bright piece: the hand, or a whole bright film. */
const ofHand =
  (read: (hand: Hand, plane: Plane) => number) =>
  (plane: Plane): number => {
    const hand = handOf(plane);
    return hand ? read(hand, plane) : 0;
  };

/** First and last row (or column) of the hand. */
function ends(pixels: readonly number[], read: (i: number) => number): [first: number, last: number] {
  const at = pixels.map(read);
  return [Math.min(...at), Math.max(...at)];
}
const acrossOf = ({ pixels }: Hand, { width }: Plane) => ends(pixels, (i) => i % width);
const downOf = ({ pixels }: Hand, { width }: Plane) => ends(pixels, (i) => Math.floor(i / width));

/** How much brighter the hand's lowest quarter is than its highest. */
const wristLessFingers = (hand: Hand, plane: Plane) => {
  const [top, bottom] = downOf(hand, plane);
  const quarter = (bottom - top) / 4;
  const levels = (test: (row: number) => boolean) =>
    mean(hand.pixels.filter((i) => test(Math.floor(i / plane.width))).map((i) => plane.ink[i]!));
  return levels((row) => row >= bottom - quarter) - levels((row) => row <= top + quarter);
};

/** How far down the hand's rightmost pixel is, which is the tip of a left hand's thumb: a share of its height. */
const thumbTip = (hand: Hand, plane: Plane) => {
  const [, right] = acrossOf(hand, plane);
  const [top, bottom] = downOf(hand, plane);
  const rows = hand.pixels.filter((i) => i % plane.width === right).map((i) => Math.floor(i / plane.width));
  return (mean(rows) - top) / (bottom - top + 1);
};

/** By what is measured; levels go from 0 to 255. */
export const NUMBERS: Readonly<Record<string, (plane: Plane) => number>> = {
  'mean level': ({ ink }) => mean(ink),
  'spread of levels': spread,
  'level of the darkest tenth': (plane) => levelAt(plane, 0.1),
  'level of the darkest third': (plane) => levelAt(plane, 0.33),
  'level of the brightest hundredth': (plane) => levelAt(plane, 0.99),
  'white pixels (from 250), %': ({ ink }) => 100 * mean(ink.map((value) => Number(value >= 250))),
  'black pixels (to 8), %': ({ ink }) => 100 * mean(ink.map((value) => Number(value <= 8))),
  'grain beside the hand': measured('noise'),
  'glow beside the hand': measured('halo'),
  'contrast of bones': measured('bones'),
  'step at the outline': measured('outline'),
  'steps between neighbours by spread': steepness,
  'wrist brighter than fingers': ofHand(wristLessFingers),
  'hand, % of the picture': ofHand(({ pixels }, { ink }) => (100 * pixels.length) / ink.length),
  'width of the hand': ofHand((hand, plane) => acrossOf(hand, plane)[1] - acrossOf(hand, plane)[0] + 1),
  'top of the hand': ofHand((hand, plane) => downOf(hand, plane)[0]),
  'foot of the hand': ofHand((hand, plane) => downOf(hand, plane)[1]),
  'middle of the hand, across': ofHand(({ pixels }, { width }) => mean(pixels.map((i) => i % width))),
  'middle of the hand, down': ofHand(({ pixels }, { width }) => mean(pixels.map((i) => Math.floor(i / width)))),
  'place of the tip of the thumb': ofHand(thumbTip),
  'fingers that a line meets': measured('rays'),
  'marks beside the hand': measured('marks'),
  'pixels of the largest mark': measured('letter'),
  'level of the outermost pixels': (plane) => mean([...frame(plane, 2)].map((i) => plane.ink[i]!)),
};
