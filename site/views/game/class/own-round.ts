/**
 * A round of a lecturer's own pictures. Both kinds go through the game's last step, and all must have one size: a real picture
 * of 1024 pixels beside a generated one of 64 would be told by its sharpness alone.
 */
import { randomInts, shuffle } from '@onnoise/scheduler';
import { GRAY_TOLERANCE } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { fitPicture, type Rgba } from '../../../state/picture.ts';
import { fromBytes, type ImageShape, toBytes } from '../../../state/pixels.ts';
import { FEWEST, FEWEST_PICTURES, type Kind, MOST_PICTURES } from '../rules/plan.ts';
import { present, presentationOf } from '../rules/presentation.ts';
import { LONGEST_SIDE, type RoundFile } from '../rules/round-file.ts';
import type { Subject } from '../rules/subject.ts';
import { type TermsName, termsOf } from '../rules/terms.ts';

const ACTION = 'make the round';

/** A lecturer's picture, no larger than a round shows it. */
export interface OwnPicture {
  /** For sentences on this page alone. */
  name: string;
  /** Of the file, in pixels. */
  width: number;
  height: number;
  /** The smaller picture: [3, H, W] and its sides. */
  rgb: Uint8ClampedArray;
  shape: ImageShape;
}

export type OwnPictures = Readonly<Record<Kind, readonly OwnPicture[]>>;

export interface OwnRoundOptions {
  /** How many to show. */
  pictures: number;
  /** Decides which are shown, in what order, and how they are moved and scaled. */
  seed: number;
  title: string;
  terms: TermsName;
  subject: Subject;
}

/** Streams of the seed. */
const COINS = 1;
const ORDERS = { real: 2, synthetic: 3 };

/** @throws InputError with one sentence for pictures of several sizes, none, or too few */
export function makeOwnRound(own: OwnPictures, { pictures, seed, ...about }: OwnRoundOptions): RoundFile {
  checkOwn(own, pictures, about.terms);
  const gray = [...own.real, ...own.synthetic].every(isGray);
  const [, height, width] = own.real[0]!.shape;
  const shape: ImageShape = [gray ? 1 : 3, height, width];
  const read = (kind: Kind, index: number) => (gray ? lumaOf(own[kind][index]!) : own[kind][index]!.rgb);
  const presentation = presentationOf(own.real.length, shape, (index) => read('real', index), about.terms);
  const left = {
    real: orderOf(own.real.length, seed, 'real'),
    synthetic: orderOf(own.synthetic.length, seed, 'synthetic'),
  };
  const shown = kindsOf(own.real.length, own.synthetic.length, pictures, seed).map((kind, place) => ({
    kind,
    pixels: present(fromBytes(read(kind, left[kind].pop()!)), shape, presentation, seed * MOST_PICTURES + place),
  }));
  return { ...about, name: `own ${seed} ${fingerprint(shown.map(({ pixels }) => pixels))}`, shape, pictures: shown };
}

/** @throws InputError as `makeOwnRound` does, before anything is computed */
export function checkOwn(own: OwnPictures, pictures: number, terms: TermsName): void {
  for (const kind of ['real', 'synthetic'] as const) {
    const { many } = termsOf(terms)[kind];
    if (own[kind].length < FEWEST) refuse(ACTION, many, `at least ${FEWEST}`, own[kind].length);
  }
  const all = [...own.real, ...own.synthetic];
  if (all.length < FEWEST_PICTURES) refuse(ACTION, 'the pictures', `at least ${FEWEST_PICTURES} in all`, all.length);
  const [first] = all;
  const sizeOf = ({ width, height }: OwnPicture) => `${width} × ${height}`;
  const other = all.find((picture) => sizeOf(picture) !== sizeOf(first!));
  if (other) {
    throw new InputError(
      `Cannot ${ACTION}: all pictures must have one size, received ${sizeOf(first!)} (${first!.name}) and ${sizeOf(other)} (${other.name}).`,
    );
  }
  const most = mostPictures(own);
  if (pictures < FEWEST_PICTURES || pictures > most) {
    refuse(ACTION, 'the number of pictures', `from ${FEWEST_PICTURES} to ${most}`, pictures);
  }
}

/** The most that a round of these pictures can show. */
export const mostPictures = ({ real, synthetic }: OwnPictures): number =>
  Math.min(MOST_PICTURES, real.length + synthetic.length);

/** Brings a picture down to the longest side of a round, if it is larger: each new pixel is the mean of what it covers. */
export function ownPicture(name: string, image: Rgba): OwnPicture {
  const { width, height } = image;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const shape: ImageShape = [3, side(height), side(width)];
  return { name, width, height, rgb: toBytes(fitPicture(image, shape)), shape };
}

function isGray({ rgb }: OwnPicture): boolean {
  const size = rgb.length / 3;
  for (let i = 0; i < size; i++) {
    const [r, g, b] = [rgb[i]!, rgb[size + i]!, rgb[2 * size + i]!];
    if (Math.max(r, g, b) - Math.min(r, g, b) > GRAY_TOLERANCE) return false;
  }
  return true;
}

/** ITU-R BT.601 */
function lumaOf({ rgb }: OwnPicture): Uint8ClampedArray {
  const size = rgb.length / 3;
  return Uint8ClampedArray.from(
    { length: size },
    (_, i) => 0.299 * rgb[i]! + 0.587 * rgb[size + i]! + 0.114 * rgb[2 * size + i]!,
  );
}

const orderOf = (count: number, seed: number, kind: Kind): number[] =>
  Array.from(
    shuffle(
      Uint32Array.from({ length: count }, (_, i) => i),
      seed,
      ORDERS[kind],
    ),
  );

/** A coin for each place while both kinds last, tossed anew until either kind is shown often enough. */
function kindsOf(reals: number, synthetics: number, pictures: number, seed: number): Kind[] {
  for (let toss = 0; ; toss++) {
    const coins = new Int32Array(pictures);
    randomInts(seed, COINS, toss * pictures, 2, coins);
    const left = { real: reals, synthetic: synthetics };
    const kinds = Array.from(coins, (coin): Kind => {
      const wanted: Kind = coin === 0 ? 'synthetic' : 'real';
      const kind = left[wanted] > 0 ? wanted : wanted === 'real' ? 'synthetic' : 'real';
      left[kind]--;
      return kind;
    });
    const real = kinds.filter((kind) => kind === 'real').length;
    if (real >= FEWEST && pictures - real >= FEWEST) return kinds;
  }
}

/** FNV-1a of the pixels, in base 16. */
function fingerprint(pictures: readonly Uint8ClampedArray[]): string {
  let hash = 0x811c9dc5;
  for (const pixels of pictures) for (const byte of pixels) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
