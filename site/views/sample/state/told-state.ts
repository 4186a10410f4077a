/** The drawing or picture that the network is told of all pictures. They stay on this page; a link carries a short drawing. */
import { type ConditionImage, MODEL_FILES } from '@onnoise/scheduler/model';
import { computed, signal } from '@preact/signals';
import { fetchFile } from '../../../state/fetch-file.ts';
import { fitPicture, type Rgba } from '../../../state/picture.ts';
import { fromBytes, toBytes } from '../../../state/pixels.ts';
import { current, type ModelEntry, sentence } from '../../../state/store.ts';
import { type DrawingForm, decodeDrawing, encodeDrawing } from '../masks/drawing-text.ts';
import { type Mask, type MaskSize, stroke } from '../masks/mask.ts';

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

/** As many can be undone. */
const MOST_STROKES = 100;
/** The drawing after each stroke; the last one counts. */
const strokes = signal<readonly Mask[]>([]);
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
  const last = strokes.value.at(-1);
  if (last?.length === wanted.width * wanted.height && last.every((value) => value < wanted.classes)) return last;
  return decodeDrawing(linked.value, wanted) ?? examples.value?.[0] ?? startingShape(wanted);
});

export const canUndoStroke = computed(() => strokes.value.length > 0);

/** Adds a stroke, to undo in one; with `more` it belongs to the last one. */
export function paintDrawing(next: Mask, more = false): void {
  const before = strokes.peek();
  strokes.value = [...(more ? before.slice(0, -1) : before.slice(1 - MOST_STROKES)), next];
}

export function undoStroke(): void {
  strokes.value = strokes.peek().slice(0, -1);
}

/** Shows a link's drawing; an empty text: none. */
export function showLinked(text: string): void {
  if (text === '' || text === drawingText.peek()) return;
  linked.value = text;
  strokes.value = [];
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

export const broughtToTell = computed(() => ({ drawing: drawingText.value, told: toldPicture.value !== null }));
