/**
 * The files of a set, each from its number alone: first the pictures, then copies of some of them, then files that cannot be
 * read. So neither the number of files nor that of threads changes a picture.
 */

import { LABEL } from '@onnoise/base/pictures';
import { randomInts } from '@onnoise/scheduler';
import { createPainter, type PhantomTruth } from './draw/draw-phantom.ts';
import { drawFor } from './draw/random.ts';
import { formatOf, type Picture } from './formats.ts';
import { encodeMask, maskNameOf } from './masks.ts';
import type { PhantomSet } from './options.ts';
import { type CopyChange, truthLine } from './truth.ts';

export interface PhantomFile {
  /** `17.png` */
  name: string;
  bytes: Uint8Array;
  /** Of the table: `17,120,True` */
  row: string;
  /** Of the file with the truth: one line of JSON. */
  truth: string;
  /** The label map of a picture that can be read, if the set has them. */
  mask?: { name: string; bytes: Uint8Array } | undefined;
}

/** Streams of the seed that no picture has: a set has at most 3 million files. */
const COPIED = 0xc0_0000_00;

/** @param index from 0 */
export function phantomFile(set: PhantomSet, index: number): PhantomFile {
  if (index < set.count) return fileOf(set, picture(set, index));
  if (index < set.count + set.duplicates) return copy(set, index);
  return broken(set, index);
}

/** The columns of the table. */
export const columnsOf = ({ anomaly }: Pick<PhantomSet, 'anomaly'>) =>
  `id,boneage,male${anomaly === undefined ? '' : ',anomaly'}`;

const rowOf = (set: PhantomSet, id: number | string, { age, sex, anomaly }: PhantomTruth) =>
  `${id},${age},${sex === 'male' ? 'True' : 'False'}${set.anomaly === undefined ? '' : `,${anomaly ? 1 : 0}`}`;

const paint = createPainter();

function picture({ seed, size, age, sex, right, abnormal, anomaly, masks }: PhantomSet, index: number): Picture {
  return { index, ...paint({ seed, picture: index, size, age, sex, right, abnormal, anomaly, mask: masks }) };
}

/** @param original which the picture is a copy of */
function fileOf(set: PhantomSet, drawn: Picture, original = drawn, change?: CopyChange): PhantomFile {
  const { ending, idOf, encode } = formatOf(set.format);
  const id = idOf(drawn);
  const name = `${id}.${ending}`;
  const copied = original === drawn ? undefined : { of: idOf(original), ...change };
  return {
    name,
    bytes: encode(drawn, set.size, original),
    row: rowOf(set, id, drawn.truth),
    truth: truthLine(id, name, drawn.truth, copied, set.anomaly !== undefined),
    ...(drawn.mask && { mask: { name: maskNameOf(id), bytes: encodeMask(drawn.mask, set.size) } }),
  };
}

/** Every second copy is changed a little: shifted by some pixels, and with more noise. */
function copy(set: PhantomSet, index: number): PhantomFile {
  const number = index - set.count;
  const of = new Int32Array(1);
  randomInts(set.seed, COPIED, number, set.count, of);
  const original = picture(set, of[0]!);
  const change = number % 2 === 0 ? undefined : changeOf(set, index);
  if (change === undefined) return fileOf(set, { ...original, index }, original);
  const pixels = changed(original.pixels, set, index, change);
  const mask = original.mask && shifted(original.mask, set.size, change);
  return fileOf(set, { ...original, index, pixels, ...(mask && { mask }) }, original, change);
}

function changeOf(set: PhantomSet, index: number): CopyChange {
  const draw = drawFor(set.seed, index, 'film');
  const most = Math.max(1, Math.round(set.size / 85));
  const step = () => draw.pick(2 * most + 1) - most;
  return { shift: [step(), step()], noise: 3 };
}

function changed(pixels: Uint8Array, { seed, size }: PhantomSet, index: number, change: CopyChange) {
  const draw = drawFor(seed, index, 'noise');
  const { noise } = change;
  return shifted(pixels, size, change).map((level) =>
    Math.min(255, Math.max(0, Math.round(level + draw.uniform(-noise, noise)))),
  );
}

/** What comes in at an edge is what lay there. */
function shifted(values: Uint8Array, size: number, { shift }: CopyChange): Uint8Array {
  const inside = (at: number) => Math.min(size - 1, Math.max(0, at));
  return values.map((_, at) => {
    const row = inside(Math.floor(at / size) - shift[1]);
    const column = inside((at % size) - shift[0]);
    return values[row * size + column]!;
  });
}

const BROKEN = ['cut', 'empty', 'text'] as const;

function broken(set: PhantomSet, index: number): PhantomFile {
  const drawn = picture(set, index);
  const whole = fileOf(set, drawn);
  const kind = BROKEN[(index - set.count - set.duplicates) % BROKEN.length]!;
  const bytes = {
    cut: () => whole.bytes.subarray(0, Math.floor(whole.bytes.length / 2)),
    empty: () => new Uint8Array(0),
    text: () => Buffer.from(`This is a text file. ${LABEL}\n`),
  }[kind]();
  const truth = JSON.stringify({ id: formatOf(set.format).idOf(drawn), file: whole.name, broken: kind });
  return { ...whole, bytes, truth, mask: undefined };
}
