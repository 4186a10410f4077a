/** What the visitor brings: the picture to start from, and the drawing or picture that the network is told of all pictures. They stay on this page; a link carries a short drawing. */

import { type ConditionImage, MODEL_FILES, maskPlanes, partShown, pictureShapeOf } from '@onnoise/scheduler/model';
import { computed, signal } from '@preact/signals';
import { fitPicture, fromBytes, type ImageShape, type Rgba, toBytes } from '../../../state/picture.ts';
import { fetchFile } from '../../../state/read-picture.ts';
import { current, loaded, type ModelEntry, sentence } from '../../../state/store.ts';
import {
  type DrawingForm,
  decodeDrawing,
  encodeDrawing,
  type Mask,
  type MaskSize,
  paintedPixels,
  stroke,
} from '../masks/mask.ts';
import type { Brought } from './fields.ts';
import { lookOf, type Seen } from './frames.ts';

/** The strokes of a brush, to be undone one by one. */

/** As many can be undone. */
const MOST = 100;

function createStrokes() {
  /** The mask after each. */
  const all = signal<readonly Mask[]>([]);
  return {
    last: computed(() => all.value.at(-1)),
    canUndo: computed(() => all.value.length > 0),
    /** @param more it belongs to the stroke before */
    add(next: Mask, more = false): void {
      const before = all.peek();
      all.value = [...(more ? before.slice(0, -1) : before.slice(1 - MOST)), next];
    },
    undo(): void {
      all.value = all.peek().slice(0, -1);
    },
    clear(): void {
      all.value = [];
    },
  };
}

/** What the chosen model is told; null: nothing. */
export const toldSpec = computed<ConditionImage | null>(() => current.value.conditionImage ?? null);

/** Names of the classes to draw; null for a model that is told no mask. */
export const drawnClasses = computed<readonly string[] | null>(() => toldSpec.value?.mask?.classes ?? null);

/** The number of the class that was taken last. */
const taken = signal(1);
/** The number of the class in hand: of a model with fewer classes its last. */
export const inHand = computed(() => Math.min(taken.value, (drawnClasses.value?.length ?? 1) - 1));
export function takeClass(number: number): void {
  taken.value = number;
}
/** Side of the brush, in pixels of the picture. */
export const brushSize = signal(4);
/** What a press does: paint with the brush, or fill an area. */
export const tool = signal<'brush' | 'fill'>('brush');
/** Why a file could not be read. */
export const toldTrouble = signal<string | null>(null);

/** The drawing after each stroke. */
const drawn = createStrokes();
/** A link's. */
const linked = signal('');

/** Examples that come with a model, by its entry; none: []. */
const examplesByModel = signal<ReadonlyMap<ModelEntry, readonly Mask[]>>(new Map());
/** Of the chosen model; null until they are here. */
export const examples = computed(() => examplesByModel.value.get(current.value) ?? null);

const form = computed<DrawingForm | null>(() => {
  if (!toldSpec.value?.mask) return null;
  const [classes, height, width] = toldSpec.value.shape;
  return { classes, width, height };
});

/** Class numbers [H, W]; null for a model that is told no mask. */
export const drawing = computed<Mask | null>(() => {
  const wanted = form.value;
  if (!wanted) return null;
  const last = drawn.last.value;
  if (last?.length === wanted.width * wanted.height && last.every((value) => value < wanted.classes)) return last;
  return decodeDrawing(linked.value, wanted) ?? examples.value?.[0] ?? startingShape(wanted);
});

export const { canUndo: canUndoStroke, add: paintDrawing, undo: undoStroke } = drawn;

/** Shows a link's drawing; an empty text: none. */
export function showLinked(text: string): void {
  if (text === '' || text === drawingText.peek()) return;
  linked.value = text;
  drawn.clear();
}

/** As a link has it; null: it is too long for one. */
const drawingText = computed(() => drawing.value && form.value && (encodeDrawing(drawing.value, form.value) ?? null));

/** Where a model brings no examples: a disc of the first class after the background. */
function startingShape({ width, height }: MaskSize): Mask {
  const middle = [width / 2, height / 2] as const;
  return stroke(new Uint8Array(width * height), { width, height }, middle, middle, 0.6 * Math.min(width, height));
}

export const hasExamples = ({ files, masks }: ModelEntry): boolean =>
  masks !== undefined || files?.[MODEL_FILES.masks] !== undefined;

/** Fetches a model's examples, once. A file that cannot be read counts as none, and is told. */
export async function fetchExamples(entry: ModelEntry): Promise<void> {
  const { conditionImage, files, masks } = entry;
  if (!conditionImage?.mask || examplesByModel.peek().has(entry)) return;
  const read = async (): Promise<readonly Mask[]> => {
    const file = files ? files[MODEL_FILES.masks] : masks && (await (await fetchFile(masks, 'the examples')).blob());
    if (!file) return [];
    const { examplesOf } = await import('../masks/label-masks.ts');
    return examplesOf(file, { ...conditionImage, mask: conditionImage.mask! });
  };
  const found = await read().catch((error: unknown) => {
    toldTrouble.value = sentence(error);
    return [];
  });
  examplesByModel.value = new Map([...examplesByModel.peek(), [entry, found]]);
}

/** The visitor's file, to be told as it is. */
export const toldFile = signal<{ name: string; image: Rgba } | null>(null);

/** It in the size that the network takes; null: there is none, or the model takes no gray or RGB picture. */
export const toldPicture = computed(() => {
  const [spec, file] = [toldSpec.value, toldFile.value];
  if (!spec || spec.mask || !file || ![1, 3].includes(spec.shape[0])) return null;
  const pixels = toBytes(fitPicture(file.image, spec.shape));
  return { name: file.name, shape: spec.shape, pixels, values: fromBytes(pixels) };
});

const broughtToTell = computed(() => ({ drawing: drawingText.value, told: toldPicture.value !== null }));

/** The picture to start from, and what of it is painted over. They stay on this page: no link carries them. */

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
/** The mask after each stroke. */
const strokes = createStrokes();
export const { canUndo, add: paint, undo, clear } = strokes;

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
  const last = strokes.last.value;
  return last?.length === plane ? last : new Uint8Array(plane);
});

export const painted = computed(() => (mask.value ? paintedPixels(mask.value) : 0));

export const brought = computed<Brought>(() => ({
  picture: source.value !== null,
  mask: painted.value > 0,
  ...broughtToTell.value,
}));

/** Another picture, with nothing painted. */
export function choose(chosen: Origin): void {
  origin.value = chosen;
  clear();
  fileTrouble.value = null;
}
