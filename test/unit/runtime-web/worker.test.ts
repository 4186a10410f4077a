import { InputError } from '@onnoise/scheduler/rules';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Sketch } from '#pipeline/export/fuse/sketch.ts';
import type {
  FromPage,
  FromWorker,
  LoadProgress,
  MessageEnd,
  Source,
  StepFrame,
} from '#runtime-web/loading/protocol.ts';
import { connectSamplingWorker } from '#runtime-web/worker/client.ts';
import { serve } from '#runtime-web/worker/serve.ts';
import { openOrtInNode } from '#test/browser/ort-in-node.ts';
import { tinyOnnx } from '#test/models/tiny-onnx.ts';
import { encodeModel } from '#tracer/index.ts';

openOrtInNode();

/** Two ends of a channel; messages are copied, as between threads, and arrive later. */
function channel(): {
  page: MessageEnd<FromPage, FromWorker>;
  worker: MessageEnd<FromWorker, FromPage>;
  sent: FromPage[];
} {
  const listeners: Record<'page' | 'worker', ((event: { data: never }) => void)[]> = { page: [], worker: [] };
  const sent: FromPage[] = [];
  const port = (own: 'page' | 'worker', other: 'page' | 'worker') => ({
    postMessage(message: unknown, transfer: ArrayBuffer[]) {
      const data = structuredClone(message, { transfer }) as never;
      if (own === 'page') sent.push(data);
      setImmediate(() => {
        for (const listener of listeners[other]) listener({ data });
      });
    },
    addEventListener(_: 'message', listener: (event: { data: never }) => void) {
      listeners[own].push(listener);
    },
  });
  return { page: port('page', 'worker'), worker: port('worker', 'page'), sent };
}

const json = (value: unknown) => new Blob([JSON.stringify(value)]);

const SHAPE = [1, 4, 4] as const;
const ONNX = tinyOnnx({ shape: SHAPE, classes: 2 }) as Uint8Array<ArrayBuffer>;
const FILES = {
  'scheduler/scheduler_config.json': json({ num_train_timesteps: 100 }),
  'unet/config.json': json({ in_channels: 1, sample_size: 4, num_class_embeds: 2 }),
  'unet/model.onnx': new Blob([ONNX]),
  'model_index.json': json({ id2label: { 0: 'cat', 1: 'dog' } }),
};
const SOURCE: Source = { kind: 'files', files: FILES };
const LONG = { steps: 100, sampler: 'ddim' } as const;
const NEVER = new Promise<never>(() => {});
const aborted = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ name: 'AbortError' });

/** Of x [2]: `twice`, `whole` numbers of it, and inside of it whether it is `positive`. */
function drawGraph(): Sketch {
  const s = new Sketch('graph');
  const x = s.input('x', 'float32', [2]);
  s.output('twice', s.op('Add', [x, x]), 'float32', [2]);
  s.output('whole', s.cast(x, 'int64'), 'int64', [2]);
  s.output('positive', s.op('Greater', [x, s.floats([0], [], 'float32')]), 'bool', [2]);
  s.graph.outputs.pop();
  return s;
}

describe('the sampler of a worker', () => {
  const close = vi.fn();
  let sampler: ReturnType<typeof connectSamplingWorker>;
  let sent: FromPage[];
  beforeEach(() => {
    const { page, worker, ...own } = channel();
    serve(worker);
    sampler = connectSamplingWorker(page, close);
    ({ sent } = own);
  });

  it('loads a model at once, tells what it is with the progress of its file, and starts it after what the page names', async () => {
    let start = () => {};
    const after = new Promise<void>((resolve) => {
      start = resolve;
    });
    const told: LoadProgress[] = [];
    const loading = sampler.load(SOURCE, { after, onProgress: (progress) => told.push(progress) });
    await vi.waitFor(() => expect(told.at(-1)!.stage).toBe('held'));
    expect(await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, 50, 'it waits'))])).toBe(
      'it waits',
    );
    start();
    const info = await loading;
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', ONNX)).toString('hex');
    const classNames = ['cat', 'dog'];
    const facts = { device: 'wasm', threads: 1, shape: SHAPE, classes: 2, classNames, bytes: ONNX.length, hash };
    expect(info).toMatchObject({ ...facts, scheduler: { num_train_timesteps: 100 } });
    expect(told).toContainEqual({ stage: 'model', loaded: ONNX.length, total: ONNX.length });
    expect(told.at(-1)).toEqual({ stage: 'session', loaded: 0, total: null });
  });

  it('loads another model in place of one that waits, and gives one up', async () => {
    const first = sampler.load(SOURCE, { after: NEVER });
    const second = sampler.load(SOURCE);
    await aborted(first);
    expect(await second).toMatchObject({ shape: SHAPE });
    const abort = new AbortController();
    const third = sampler.load(SOURCE, { after: NEVER, signal: abort.signal });
    abort.abort();
    await aborted(third);
  });

  it('samples with a frame a step where the page keeps up', async () => {
    await sampler.load(SOURCE);
    const frames: StepFrame[] = [];
    const result = await sampler.sample({ count: 3, seed: 5, steps: 6 }, { onStep: (frame) => frames.push(frame) });
    expect(result).toMatchObject({ shape: SHAPE, seeds: [5, 6, 7], labels: [0, 1, 0] });
    expect(result.stepsPerSecond).toBeCloseTo(6 / result.seconds);
    expect(frames.map(({ step, steps }) => [step, steps])).toEqual([1, 2, 3, 4, 5, 6].map((step) => [step, 6]));
    const { x, x0 } = frames.at(-1)!;
    expect(x).toEqual(Uint8ClampedArray.from(result.images, (value) => (value + 1) * 127.5));
    expect([x.length, x0.length]).toEqual([48, 48]);
  });

  it('tells a mask and draws one: frames have pictures and class numbers, apart', async () => {
    const told = { classes: ['none', 'bone', 'flesh'] };
    const masks = { condition_image: told, mask_output: told };
    const onnx = tinyOnnx({ shape: [4, 4, 4], conditionImage: told, maskOutput: told });
    await sampler.load({
      ...FILES,
      'unet/config.json': json({ in_channels: 7, out_channels: 4, sample_size: 4, ...masks }),
      'unet/model.onnx': new Blob([onnx as Uint8Array<ArrayBuffer>]),
    });
    const frames: StepFrame[] = [];
    const conditionImages = Uint8Array.from({ length: 16 }, (_, i) => i % 3);
    const request = { count: 2, steps: 3, conditionImages };
    const result = await sampler.sample(request, { onStep: (frame) => frames.push(frame) });
    const last = frames.at(-1)!;
    expect(last.x).toEqual(Uint8ClampedArray.from(result.images, (value) => (value + 1) * 127.5));
    expect(last.masks).toEqual(result.masks);
    expect([last.x0, last.masks0!, result.maskConfidence!].map(({ length }) => length)).toEqual([32, 32, 32]);
    const other = await sampler.sample({ ...request, conditionImages: new Uint8Array(16) });
    expect(other.images).not.toEqual(result.images);
  });

  it('makes no frames where nobody looks', async () => {
    await sampler.load(SOURCE);
    const before = sent.length;
    await sampler.sample({ steps: 6 });
    expect(sent.slice(before)).toHaveLength(1); // and no acknowledgements
  });

  it('leaves frames out where the page is slow, never the last', async () => {
    const { page, worker } = channel();
    serve(worker);
    const postMessage: typeof page.postMessage = (message, transfer) => {
      if (!('seen' in message)) page.postMessage(message, transfer);
    };
    const slow = connectSamplingWorker({ ...page, postMessage }, () => undefined);
    await slow.load(SOURCE);
    const steps: number[] = [];
    await slow.sample({ steps: 30 }, { onStep: ({ step }) => steps.push(step) });
    expect(steps).toEqual([1, 2, 30]);
  });

  it('stops between steps when cancelled, and begins what is asked next', async () => {
    await sampler.load(SOURCE);
    const cancel = new AbortController();
    const steps: number[] = [];
    const onStep = ({ step }: StepFrame) => {
      if (steps.push(step) === 3) cancel.abort();
    };
    await aborted(sampler.sample(LONG, { onStep, signal: cancel.signal }));
    expect(steps).toEqual([1, 2, 3]);
    await aborted(sampler.sample({}, { signal: cancel.signal }));
    const again = new AbortController();
    const first = sampler.sample(LONG, { signal: again.signal });
    again.abort();
    const next = sampler.sample({ steps: 2, seed: 5 });
    await aborted(first);
    expect((await next).seeds).toEqual([5]);
  });

  it.each([
    ['no model', false, 0, 'Cannot sample images: a model must be loaded, received none.'],
    ['an option out of range', true, 0, 'steps must be an integer from 1 to 100'],
    ['a second call', true, 1, 'the previous call must be over'],
  ])('refuses %s in a sentence', async (_, loaded, calls, says) => {
    if (loaded) await sampler.load(SOURCE);
    const before = Array.from({ length: calls }, () => sampler.sample({ steps: 20 }));
    const refused = sampler.sample({ steps: calls === 0 ? 101 : 1 });
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toBeInstanceOf(InputError);
    for (const one of before) expect((await one).images.length).toBe(16);
  });

  it.each([false, true])(
    'cancels what is under way when another model is loaded, and what waits: %s',
    async (waits) => {
      await sampler.load(SOURCE);
      const cancel = new AbortController();
      const calls = [sampler.sample(LONG, { signal: cancel.signal })];
      if (waits) {
        cancel.abort();
        calls.push(sampler.sample(LONG));
      }
      const loading = sampler.load(SOURCE);
      const last = sampler.load(SOURCE);
      await Promise.all([...calls, loading].map(aborted));
      expect((await last).classes).toBe(2);
      expect((await sampler.sample({ steps: 2 })).images.length).toBe(16);
    },
  );

  it('takes the files without a wrapping, and their addresses, which are relative to the page', async () => {
    vi.stubGlobal('document', { baseURI: 'http://127.0.0.1:9/some/page.html' });
    const address = (text: string) => new URL(`data:application/json,${encodeURIComponent(text)}`);
    const { 'unet/model.onnx': network } = FILES;
    const scheduler = address('{"num_train_timesteps": 100}');
    const files = { 'scheduler/scheduler_config.json': scheduler, 'unet/model.onnx': network };
    const config = { 'unet/config.json': address('{"in_channels": 1, "sample_size": 4, "num_class_embeds": 2}').href };
    expect((await sampler.load({ ...files, ...config })).shape).toEqual(SHAPE);
    for (const [source, path] of [
      ['models/x/', 'models/x/scheduler/scheduler_config.json must answer'],
      [{ kind: 'url', url: 'models/x' }, 'models/x/scheduler/scheduler_config.json must answer'],
      [{ ...files, 'unet/config.json': './c.json' }, 'c.json'],
    ] as const)
      await expect(sampler.load(source)).rejects.toThrow(`http://127.0.0.1:9/some/${path}`);
    vi.unstubAllGlobals();
  });

  it('runs any ONNX file: outputs keep their types, and one of another is refused', async () => {
    const { graph } = drawGraph();
    const files = { 'graph.onnx': Uint8Array.from(encodeModel(graph)) };
    const feeds = { x: { type: 'float32', data: Float32Array.of(1.5, -2), dims: [2] } } as const;
    const run = (path: string, expose?: string[]) =>
      sampler.run({ id: path, source: { kind: 'files', files }, path, feeds, ...(expose && { expose }) });
    expect(await run('graph.onnx')).toEqual({
      twice: { type: 'float32', data: Float32Array.of(3, -4), dims: [2] },
      whole: { type: 'int64', data: BigInt64Array.of(1n, -2n), dims: [2] },
    });
    await expect(run('none.onnx')).rejects.toThrow('Cannot run none.onnx: the folder must hold it, and it does not.');
    graph.outputs.push({ name: 'positive', dtype: 'bool', dims: [2] });
    Object.assign(files, { 'flags.onnx': Uint8Array.from(encodeModel(graph)) });
    await expect(run('flags.onnx')).rejects.toThrow(
      'Cannot run flags.onnx: the output positive must be float32 or int64, received bool.',
    );
  });

  it('has no model after one that could not be loaded', async () => {
    await sampler.load(SOURCE);
    const { 'unet/model.onnx': _, ...files } = FILES;
    await expect(sampler.load(files)).rejects.toThrow('its unet/model.onnx is missing.');
    await expect(sampler.sample({})).rejects.toThrow('a model must be loaded');
  });

  it('fails what is under way when disposed of, and everything after', async () => {
    const loading = sampler.load(SOURCE);
    sampler.dispose();
    await aborted(loading);
    await aborted(sampler.devices());
    expect(close).toHaveBeenCalledOnce();
  });

  it('fails in a sentence when the worker breaks down', async () => {
    const asked = sampler.devices();
    sampler.fail('SyntaxError');
    await expect(asked).rejects.toThrow(/^Cannot sample: the worker of the page must run, received "SyntaxError"/);
  });
});
