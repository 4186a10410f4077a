/** Writes beside.bin in one pass: the masks of a set as numbers of their values in order of appearance, or its pictures. */
import { open } from 'node:fs/promises';
import { plural } from '@onnoise/base/text';
import { type MaskLabels, MOST_MASK_CLASSES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { createPixelWriter } from './pixel-writer.ts';
import type { BesidePicture } from './types.ts';

/** What the index says of beside.bin. */
export interface StoredBeside {
  /** Of an image. */
  channels: number;
  /** Of masks: the value that each number in the file stands for. */
  values?: number[];
  /** Masks of another size than their images. */
  resized?: number;
  /** Masks that have the value 0 alone. */
  empty?: number;
}

export interface BesideWriter {
  append(picture: BesidePicture): Promise<void>;
  finish(): Promise<StoredBeside>;
  abandon(): Promise<void>;
}

/** @param plane pixels of a picture @param kind what lies beside the images */
export async function createBesideWriter(path: string, plane: number, kind: 'mask' | 'picture'): Promise<BesideWriter> {
  return kind === 'mask' ? createMaskWriter(path) : createPictureWriter(path, plane);
}

async function createPictureWriter(path: string, plane: number): Promise<BesideWriter> {
  const { append, finish, abandon } = await createPixelWriter(path, plane);
  return {
    append: ({ pixels }) => append(pixels),
    finish: async () => ({ channels: (await finish()).channels }),
    abandon,
  };
}

async function createMaskWriter(path: string): Promise<BesideWriter> {
  const file = await open(path, 'w');
  const numbers = new Map<number, number>();
  let [resized, empty] = [0, 0];
  return {
    async append({ pixels, resized: other = false }) {
      if (other) resized++;
      if (pixels.every((value) => value === 0)) empty++;
      const out = new Uint8Array(pixels.length);
      for (const [i, value] of pixels.entries()) out[i] = numberOf(numbers, value);
      await file.writeFile(out);
    },
    async finish() {
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      return {
        channels: 1,
        values: [...numbers.keys()],
        ...(resized > 0 && { resized }),
        ...(empty > 0 && { empty }),
      };
    },
    abandon: () => file.close().catch(() => {}), // it may be closed already; the caller reports the error
  };
}

function numberOf(numbers: Map<number, number>, value: number): number {
  const known = numbers.get(value);
  if (known !== undefined) return known;
  const next = numbers.size;
  if (next === MOST_MASK_CLASSES) {
    throw new InputError(
      `Cannot prepare the masks: they must have at most ${MOST_MASK_CLASSES} values, as label maps do, received more. Are they pictures?`,
    );
  }
  numbers.set(value, next);
  return next;
}

/**
 * The classes of masks: those that have names, and the values that occur. A value without a name is called as it is, and 0 `background`.
 * @throws InputError for masks that are all the same
 */
export function maskLabelsOf(values: readonly number[], names: ReadonlyMap<number, string> = new Map()): MaskLabels {
  const all = [...new Set([...names.keys(), ...values])].sort((a, b) => a - b);
  if (all.length < 2) {
    throw new InputError(
      `Cannot prepare the masks: they must have at least 2 values, received ${all.join() || 'none'} alone.`,
    );
  }
  const named = all.map((value) => names.get(value) ?? (value === 0 ? 'background' : String(value)));
  const classes = named.map((name, i) => (named.indexOf(name) === i ? name : `${name} (${all[i]})`));
  return { classes, ...(all.some((value, i) => value !== i) && { values: all }) };
}

/** Notes for the user on masks, one sentence each. */
export const notesOnMasks = ({ resized = 0, empty = 0 }: StoredBeside): string[] => [
  ...(resized > 0
    ? [`${plural(resized, 'mask')} of another size than the image took its size, by nearest neighbour.`]
    : []),
  ...(empty > 0 ? [`${plural(empty, 'mask')} with nothing in it: all pixels are 0.`] : []),
];

/** The same on values that `names`, where there are some, do not have; 0 is the background. */
export function notesOnUnnamed(values: readonly number[], names: ReadonlyMap<number, string> = new Map()): string[] {
  const unnamed =
    names.size === 0 ? [] : values.filter((value) => value !== 0 && !names.has(value)).sort((a, b) => a - b);
  if (unnamed.length === 0) return [];
  const shown = unnamed.slice(0, 8).join(', ') + (unnamed.length > 8 ? ', ...' : '');
  return [
    `Masks have ${unnamed.length === 1 ? 'a value' : 'values'} without a name, each a class of its own: ${shown}.`,
  ];
}
