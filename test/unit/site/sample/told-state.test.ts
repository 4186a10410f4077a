/** The drawing on the page, its examples, and what is shown of pictures that come with masks. */
import { parseSchedulerConfig } from '@onnoise/scheduler';
import { maskPlanes } from '@onnoise/scheduler/model';
import { signal } from '@preact/signals';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { labelPng } from '#runtime-node/index.ts';
import type { SampleRequest } from '#runtime-web/loading/protocol.ts';
import type { ModelEntry } from '#site/state/models.ts';

const CLASSES = ['background', 'bone', 'flesh'];
const sent = vi.hoisted(() => ({ requests: [] as SampleRequest[] }));

vi.mock('#site/state/store.ts', () => {
  const sample = async (request: SampleRequest, { onStep }: { onStep: (frame: unknown) => void }) => {
    sent.requests.push(request);
    const { count = 1, steps = 1 } = request;
    const pixels = new Uint8ClampedArray(16 * count).fill(9);
    const masks = { masks: new Uint8Array(16 * count).fill(1), masks0: new Uint8Array(16 * count).fill(2) };
    for (let step = 1; step <= steps; step++) onStep({ step, steps, x: pixels, x0: pixels, ...masks, seconds: step });
    return { seconds: 1, stepsPerSecond: steps };
  };
  const loaded = signal<unknown>({ state: 'none' });
  return {
    current: signal<unknown>({ id: 'none', shape: [1, 4, 4] }),
    loaded,
    useModel: async () => (loaded.value as { info: unknown }).info,
    samplingWorker: { sample },
    sentence: (error: Error) => error.message,
    announce: () => {},
    go: () => {},
  };
});
vi.stubGlobal('requestAnimationFrame', () => 1);
vi.stubGlobal('cancelAnimationFrame', () => {});

const { current, loaded } = (await import('#site/state/store.ts')) as unknown as {
  current: { value: ModelEntry };
  loaded: { value: unknown };
};
const told = await import('#site/views/sample/state/told-state.ts');
const state = await import('#site/views/sample/state/state.ts');
const { sample } = await import('#site/views/sample/state/run.ts');
const { choose, mask, paint, source } = await import('#site/views/sample/state/start-state.ts');
const { look, lookOf } = await import('#site/views/sample/state/look.ts');
const { encodeDrawing } = await import('#site/views/sample/masks/drawing-text.ts');
const { DEFAULTS } = await import('#site/views/sample/state/parameters.ts');

const INFO = { scheduler: parseSchedulerConfig({ num_train_timesteps: 100 }), classes: 0, conditions: [] };
const ENTRY = { id: 'own-1', title: 'Own', note: '', shape: [1, 4, 4], own: true } as const;
const MASKED = { shape: [3, 4, 4] as const, mask: { classes: CLASSES } };

/** Opens a model as the page does. */
function open(entry: Partial<ModelEntry>, info: object): void {
  current.value = { ...ENTRY, ...entry };
  loaded.value = { state: 'ready', info: { ...INFO, shape: [1, 4, 4], nullCondition: false, ...info } };
}
const openMasked = (entry: Partial<ModelEntry> = {}) =>
  open({ conditionImage: MASKED, ...entry }, { conditionImage: MASKED });

beforeEach(() => {
  sent.requests.length = 0;
  look.value = 'pictures';
  state.draft.value = { ...DEFAULTS, count: '2', steps: '2' };
  while (told.canUndoStroke.value) told.undoStroke();
});

describe('the drawing', () => {
  it('begins with a disc of the first class after the background, and is told for all pictures', async () => {
    openMasked();
    expect([...told.drawing.value!]).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    await sample();
    expect(state.phase.value).toBe('done');
    expect([...(sent.requests[0]!.conditionImages as Uint8Array)]).toEqual([...told.drawing.value!]);
    expect(state.run.value!.parameters.told).toMatchObject({ kind: 'drawing' });
  });

  it('begins with the first of the examples that a model folder holds', async () => {
    const examples = Uint8Array.from({ length: 32 }, (_, i) => Math.floor(i / 16) + 1);
    const file = await labelPng(examples, { width: 4, height: 8 }, MASKED.mask);
    openMasked({ files: { 'masks.png': new Blob([Uint8Array.from(file)]) } });
    await sample();
    expect(told.examples.value!.map((mask) => [...new Set(mask)])).toEqual([[1], [2]]);
    expect([...new Set(sent.requests[0]!.conditionImages)]).toEqual([1]);
  });

  it('goes without examples that are none, and tells why', async () => {
    openMasked({ files: { 'masks.png': new Blob(['{}']) } });
    await sample();
    expect(told.toldTrouble.value).toMatch(/^Cannot use masks\.png: it must be a label map in PNG, received /);
    expect(state.phase.value).toBe('done');
    const odd = await labelPng(new Uint8Array(12), { width: 4, height: 3 }, MASKED.mask);
    openMasked({ files: { 'masks.png': new Blob([Uint8Array.from(odd)]) } });
    await sample();
    expect(told.toldTrouble.value).toBe(
      'Cannot use masks.png: it must hold masks of 4 × 4 pixels below each other, received 4 × 3 pixels.',
    );
  });

  it('is what was painted last, one stroke after the other undone, and nothing of another size', () => {
    openMasked();
    const start = [...told.drawing.value!];
    told.paintDrawing(new Uint8Array(16).fill(2));
    told.paintDrawing(new Uint8Array(16).fill(1));
    told.paintDrawing(new Uint8Array(16), true);
    expect([...new Set(told.drawing.value!)]).toEqual([0]);
    told.undoStroke();
    expect([...new Set(told.drawing.value!)]).toEqual([2]);
    openMasked({ conditionImage: { shape: [2, 4, 4], mask: { classes: CLASSES.slice(0, 2) } } });
    expect([...told.drawing.value!]).toEqual(start); // class 2 is none of these
    openMasked();
    told.undoStroke();
    expect([...told.drawing.value!]).toEqual(start);
  });

  it('is a link’s, until something is painted', () => {
    openMasked();
    const linked = new Uint8Array(16).fill(2);
    told.paintDrawing(new Uint8Array(16));
    told.showLinked(encodeDrawing(linked, { width: 4, height: 4, classes: 3 })!);
    expect(told.drawing.value).toEqual(linked);
    told.paintDrawing(new Uint8Array(16).fill(1));
    told.showLinked(told.broughtToTell.value.drawing!); // of the picture on show: the drawing can be undone still
    expect(told.canUndoStroke.value).toBe(true);
  });

  it('is painted in the class that was taken, or the last of a model with fewer', () => {
    openMasked();
    told.takeClass(2);
    expect(told.inHand.value).toBe(2);
    openMasked({ conditionImage: { shape: [2, 4, 4], mask: { classes: CLASSES.slice(0, 2) } } });
    expect(told.inHand.value).toBe(1);
  });

  it('may be left out by who can do without', async () => {
    open({ conditionImage: MASKED, nullCondition: true }, { conditionImage: MASKED, nullCondition: true });
    state.change({ drawing: 'none' });
    await sample();
    expect(sent.requests[0]).not.toHaveProperty('conditionImages');
    expect(state.unlinkable({ ...state.run.value!, model: { ...ENTRY, own: false } })).toBeUndefined();
  });
});

it('a picture that a model is told is fitted to it, and no link carries it', async () => {
  const spec = { shape: [3, 4, 4] as const };
  open({ conditionImage: spec }, { conditionImage: spec });
  expect(state.problems.value.drawing).toBe('Choose the picture that the network is to be told.');
  const data = Uint8ClampedArray.from({ length: 8 * 8 * 4 }, (_, i) => [255, 0, 127.5, 255][i % 4]!);
  told.toldFile.value = { name: 'sky.png', image: { data, width: 8, height: 8 } };
  await sample();
  const { conditionImages } = sent.requests[0]!;
  expect(conditionImages).toHaveLength(48);
  expect([conditionImages![0], conditionImages![16]]).toEqual([1, -1]);
  expect(state.unlinkable({ ...state.run.value!, model: { ...ENTRY, own: false } })).toBe('a picture');
});

describe('pictures with masks', () => {
  const drawn = { shape: [1, 4, 4] as const, maskOutput: { classes: CLASSES } };
  const openPairs = () =>
    open({ maskOutput: { classes: CLASSES } }, { shape: [4, 4, 4], maskOutput: { classes: CLASSES } });

  it('begin in the noise of the very seeds, without the planes of the masks', () => {
    const table = { start: 1, signal: 0 };
    const pair = state.startOf([3, 9], drawn, table);
    const [alone, other] = [3, 9].map((seed) => state.startOf([seed], { shape: [1, 4, 4] }, table).x);
    expect([...pair.x]).toEqual([...alone!, ...other!]);
    expect(pair.masks).toHaveLength(32);
    expect(new Set(pair.masks).size).toBe(3);
  });

  it('are shown as they are, as their masks in colours, or as both', () => {
    const x = new Uint8ClampedArray(16).fill(100);
    const masks = Uint8Array.from({ length: 16 }, (_, i) => Number(i === 5));
    expect(lookOf(drawn, { x, masks }, 'pictures')).toEqual({ pixels: x, shape: [1, 4, 4] });
    expect(lookOf({ shape: [1, 4, 4] }, { x }, 'masks')).toEqual({ pixels: x, shape: [1, 4, 4] });
    const colours = lookOf(drawn, { x, masks }, 'masks');
    expect(colours.shape).toEqual([3, 4, 4]);
    const at = ({ pixels }: typeof colours, i: number) => [pixels[i], pixels[16 + i], pixels[32 + i]];
    expect([at(colours, 0), at(colours, 5)]).toEqual([
      [0, 0, 0],
      [255, 26, 26],
    ]);
    const both = lookOf(drawn, { x, masks }, 'both');
    expect(at(both, 0)).toEqual([100, 100, 100]);
    expect(at(both, 5)).toEqual([255, 26, 26].map((level) => Math.round(0.45 * level + 0.55 * 100)));
  });

  it('are kept step by step, and what is on show follows the choice', async () => {
    openPairs();
    await sample();
    expect(state.shown.value).toMatchObject({ shape: [1, 4, 4], x: new Uint8ClampedArray(32).fill(9) });
    look.value = 'masks';
    const { shape, x, x0 } = state.shown.value;
    expect([shape, x![0], x![16], x0![0], x0![16]]).toEqual([[3, 4, 4], 255, 26, 26, 255]); // red, then green
  });

  it('go on from one of their own, with its mask, and from no file, which has none', async () => {
    openPairs();
    const own = Uint8Array.from({ length: 16 }, (_, i) => i % 3);
    const pixels = new Uint8ClampedArray(16).fill(255);
    choose({ kind: 'made', name: 'picture 1', pixels, shape: [1, 4, 4], mask: own });
    expect([...source.value!.values]).toEqual([...new Float32Array(16).fill(1), ...maskPlanes(own, 3, [-1, 1])]);
    expect(mask.value).toHaveLength(16);
    paint(new Uint8Array(16).fill(1));
    state.change({ start: 'fill', resamples: '1' });
    await sample();
    expect(sent.requests[0]).toMatchObject({ from: source.value!.values, mask: new Float32Array(16).fill(1) });
    choose({ kind: 'made', name: 'of another model', pixels, shape: [1, 4, 4] });
    expect(source.value).toBe(null);
    choose({ kind: 'file', name: 'file', image: { data: new Uint8ClampedArray(256), width: 8, height: 8 } });
    expect(source.value).toBe(null);
  });
});

describe('pictures of several channels', () => {
  const x = Uint8ClampedArray.from({ length: 128 }, (_, i) => i);
  /** Of two pictures of 4 x 4 pixels. */
  const planes = (...numbers: number[]) => numbers.flatMap((plane) => [...x.subarray(16 * plane, 16 * plane + 16)]);

  it('are drawn by those that are shown', () => {
    const four = { shape: [4, 4, 4] as const };
    expect(lookOf({ ...four, shows: [2] }, { x }, 'pictures')).toEqual({
      pixels: Uint8ClampedArray.from(planes(2, 6)),
      shape: [1, 4, 4],
    });
    expect(lookOf({ ...four, shows: [3, 0, 1] }, { x }, 'pictures')).toEqual({
      pixels: Uint8ClampedArray.from(planes(3, 0, 1, 7, 4, 5)),
      shape: [3, 4, 4],
    });
    const masks = new Uint8Array(32);
    const both = lookOf({ ...four, shows: [2], maskOutput: { classes: CLASSES } }, { x, masks }, 'both');
    expect(both).toEqual({ pixels: Uint8ClampedArray.from(planes(2, 2, 2, 6, 6, 6)), shape: [3, 4, 4] });
  });

  it('begin in the noise of the channel on show, which the model itself names once it is loaded', async () => {
    open({ shape: [4, 4, 4], shows: [1] }, { shape: [4, 4, 4], show: '3' });
    state.run.value = null;
    const { x: noise } = state.startOf(
      [Number(state.draft.peek().seed)],
      { shape: [4, 4, 4] },
      { start: 1, signal: 0 },
    );
    expect(state.shown.value.shape).toEqual([1, 4, 4]);
    expect(state.shown.value.x!.subarray(0, 16)).toEqual(noise.subarray(16, 32));
    await sample();
    expect(state.run.value).toMatchObject({ shape: [4, 4, 4], shows: [2] });
    state.run.value = null;
  });

  it('start from all of one, and show what is shown of it', () => {
    open({ shape: [4, 4, 4] }, { shape: [4, 4, 4], show: '3' });
    choose({ kind: 'made', name: 'a', pixels: x.subarray(0, 64), shape: [4, 4, 4] });
    expect(source.value!.values).toHaveLength(64);
    expect(source.value!.seen).toEqual({ pixels: Uint8ClampedArray.from(planes(2)), shape: [1, 4, 4] });
  });
});
