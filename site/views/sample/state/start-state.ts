/** The picture to start from, and what of it is painted over. They stay on this page: no link carries them. */
import { maskPlanes, partShown, pictureShapeOf } from '@onnoise/scheduler/model';
import { computed, signal } from '@preact/signals';
import { fitPicture, type Rgba } from '../../../state/picture.ts';
import { fromBytes, type ImageShape, toBytes } from '../../../state/pixels.ts';
import { loaded } from '../../../state/store.ts';
import { type Mask, paintedPixels } from '../masks/mask.ts';
import { lookOf, type Seen } from './look.ts';
import type { Brought } from './start.ts';
import { broughtToTell } from './told-state.ts';

/** A picture that was made here, or the visitor's file, which is fitted to the model in use. */
export type Origin = { name: string } & (
  | { kind: 'made'; pixels: Uint8ClampedArray; shape: ImageShape; mask?: Uint8Array | undefined }
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

const model = computed(() => (loaded.value.state === 'ready' ? loaded.value.info : null));

export interface Source {
  name: string;
  /** [C, H, W] of the picture. */
  shape: ImageShape;
  /** In [-1, 1], as the network takes it: [C, H, W], and the planes of its mask where the model draws one. */
  values: Float32Array<ArrayBuffer>;
  /** What is shown of it. */
  seen: Seen;
}

/** The picture in the model's size; null: none, or one of another model. */
export const source = computed<Source | null>(() => {
  const chosen = origin.value;
  if (!chosen || !model.value) return null;
  const { maskOutput } = model.value;
  const shows = partShown('draw the picture', model.value);
  const size = pictureShapeOf(model.value);
  const seenOf = (x: Uint8ClampedArray) => lookOf({ shape: size, shows }, { x }, 'pictures');
  if (chosen.kind === 'made') {
    if (String(chosen.shape) !== String(size) || (chosen.mask === undefined) !== (maskOutput === undefined))
      return null;
    const { name, pixels, mask } = chosen;
    const planes = maskOutput ? maskPlanes(mask!, maskOutput.classes.length, [-1, 1]) : [];
    return { name, shape: size, values: Float32Array.from([...fromBytes(pixels), ...planes]), seen: seenOf(pixels) };
  }
  if ((size[0] !== 1 && size[0] !== 3) || maskOutput) return null; // a picture of a visitor's is gray or RGB, without a mask
  const pixels = toBytes(fitPicture(chosen.image, size));
  return { name: chosen.name, shape: size, values: fromBytes(pixels), seen: seenOf(pixels) };
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

export const brought = computed<Brought>(() => ({
  picture: source.value !== null,
  mask: painted.value > 0,
  ...broughtToTell.value,
}));

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
