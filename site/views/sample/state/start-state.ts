/** The picture to start from, and what of it is painted over. They stay on this page: no link carries them. */
import { computed, signal } from '@preact/signals';
import { fitPicture, type Rgba } from '../../../state/picture.ts';
import { fromBytes, type ImageShape, toBytes } from '../../../state/pixels.ts';
import { loaded } from '../../../state/store.ts';
import { type Mask, paintedPixels } from './mask.ts';
import type { Brought } from './start.ts';

/** A picture that was made here, or the visitor's file, which is fitted to the model in use. */
export type Origin = { name: string } & (
  | { kind: 'made'; pixels: Uint8ClampedArray; shape: ImageShape }
  | { kind: 'file'; image: Rgba }
);

export const origin = signal<Origin | null>(null);
/** Why a file could not be read. */
export const fileTrouble = signal<string | null>(null);
/** Side of the brush, in pixels of the picture. */
export const brush = signal(4);
/** As many can be undone. */
const MOST_STROKES = 100;
/** The mask after each stroke; the last one counts. */
const strokes = signal<readonly Mask[]>([]);

const shape = computed(() => (loaded.value.state === 'ready' ? loaded.value.info.shape : null));

export interface Source {
  name: string;
  shape: ImageShape;
  /** [C, H, W] in [-1, 1] */
  values: Float32Array<ArrayBuffer>;
  /** [C, H, W] */
  pixels: Uint8ClampedArray;
}

/** The picture in the model's size; null: none, or one of another model. */
export const source = computed<Source | null>(() => {
  const [chosen, size] = [origin.value, shape.value];
  if (!chosen || !size) return null;
  if (chosen.kind === 'made') {
    if (String(chosen.shape) !== String(size)) return null;
    return { name: chosen.name, shape: size, values: fromBytes(chosen.pixels), pixels: chosen.pixels };
  }
  if (size[0] !== 1 && size[0] !== 3) return null; // a picture of a visitor's is gray or RGB
  const pixels = toBytes(fitPicture(chosen.image, size));
  return { name: chosen.name, shape: size, values: fromBytes(pixels), pixels };
});

const planeOf = ([, height, width]: ImageShape) => height * width;

/** null: there is no picture. */
export const mask = computed<Mask | null>(() => {
  if (!source.value) return null;
  const plane = planeOf(source.value.shape);
  const last = strokes.value.at(-1);
  return last?.length === plane ? last : new Uint8Array(plane);
});

export const painted = computed(() => (mask.value ? paintedPixels(mask.value) : 0));
export const canUndo = computed(() => strokes.value.length > 0);

export const brought = computed<Brought>(() => ({ picture: source.value !== null, mask: painted.value > 0 }));

/** Another picture, with nothing painted. */
export function choose(chosen: Origin): void {
  origin.value = chosen;
  strokes.value = [];
  fileTrouble.value = null;
}

/** Adds a stroke, to undo in one; with `more` it belongs to the last one. */
export function paint(next: Mask, more = false): void {
  const before = strokes.peek();
  strokes.value = [...(more ? before.slice(0, -1) : before.slice(1 - MOST_STROKES)), next];
}

export function undo(): void {
  strokes.value = strokes.peek().slice(0, -1);
}

export function clear(): void {
  strokes.value = [];
}
