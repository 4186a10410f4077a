import { InputError } from '@onnoise/scheduler/rules';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Sketch } from '#pipeline/export/fuse/sketch.ts';
import type { FromPage, FromWorker, MessageEnd, Source, StepFrame } from '#runtime-web/loading/protocol.ts';
import { connectSamplingWorker } from '#runtime-web/worker/client.ts';
import { serve } from '#runtime-web/worker/serve.ts';
import { tinyOnnx } from '#test/models/tiny-onnx.ts';
import { encodeModel } from '#tracer/index.ts';

vi.mock('#runtime-web/session/ort.ts', () => ({
  loadOrt: () => import('onnxruntime-web'),
  ortAtHand: () => undefined,
}));

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
const source = (): Extract<Source, { kind: 'files' }> => ({
  kind: 'files',
  files: {
    'scheduler/scheduler_config.json': json({ num_train_timesteps: 100 }),
    'unet/config.json': json({ in_channels: 1, sample_size: 4, num_class_embeds: 2 }),
    'unet/model.onnx': new Blob([tinyOnnx({ shape: SHAPE, classes: 2 }) as Uint8Array<ArrayBuffer>]),
    'model_index.json': json({ id2label: { 0: 'cat', 1: 'dog' } }),
  },
});

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

function start() {
  const { page, worker, sent } = channel();
  serve(worker);
  const close = vi.fn();
  return { sampler: connectSamplingWorker(page, close), close, sent };
}

describe('the sampler of a worker', () => {
  let sampler: ReturnType<typeof start>['sampler'];
  let close: ReturnType<typeof start>['close'];
  let sent: FromPage[];
  beforeEach(() => {
    ({ sampler, close, sent } = start());
  });

  it('loads a model and tells what it is, with the progress of its file', async () => {
    const told: unknown[] = [];
    const info = await sampler.load(source(), { onProgress: (progress) => told.push(progress) });
    const bytes = tinyOnnx({ shape: SHAPE, classes: 2 });
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))).toString('hex');
    expect(info).toMatchObject({
      device: 'wasm',
      threads: 1,
      shape: SHAPE,
      classes: 2,
      classNames: ['cat', 'dog'],
      bytes: bytes.length,
      hash: digest,
    });
    expect(info.scheduler.num_train_timesteps).toBe(100);
    expect(told).toContainEqual({ stage: 'model', loaded: bytes.length, total: bytes.length });
    expect(told.at(-1)).toEqual({ stage: 'session', loaded: 0, total: null });
  });

  it('downloads a model at once, and starts it after what the page names', async () => {
    let start = () => {};
    const after = new Promise<void>((resolve) => {
      start = resolve;
    });
    const told: string[] = [];
    let isThere = false;
    const info = sampler.load(source(), { after, onProgress: ({ stage }) => told.push(stage) });
    void info.then(() => (isThere = true));
    await vi.waitFor(() => expect(told).toContain('held'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([isThere, told.includes('session')]).toEqual([false, false]);
    start();
    await info;
    expect(told.at(-1)).toBe('session');
  });

  it('loads another model in place of one that waits, and gives one up', async () => {
    const never = new Promise<never>(() => {});
    const first = sampler.load(source(), { after: never });
    const second = sampler.load(source());
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(await second).toMatchObject({ shape: SHAPE });
    const abort = new AbortController();
    const third = sampler.load(source(), { after: never, signal: abort.signal });
    abort.abort();
    await expect(third).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('samples with a frame a step where the page keeps up', async () => {
    await sampler.load(source());
    const frames: StepFrame[] = [];
    const result = await sampler.sample({ count: 3, seed: 5, steps: 6 }, { onStep: (frame) => frames.push(frame) });
    expect(result).toMatchObject({ shape: SHAPE, seeds: [5, 6, 7], labels: [0, 1, 0] });
    expect(result.images.length).toBe(48);
    expect(result.stepsPerSecond).toBeCloseTo(6 / result.seconds);
    expect(frames.map(({ step, steps }) => [step, steps])).toEqual([1, 2, 3, 4, 5, 6].map((step) => [step, 6]));
    const bytes = Uint8ClampedArray.from(result.images, (value) => (value + 1) * 127.5);
    expect(frames.at(-1)!.x).toEqual(bytes);
    expect(frames.at(-1)!.x0).toHaveLength(48);
  });

  it('tells a mask and draws one: frames have pictures and class numbers, apart', async () => {
    const classes = ['none', 'bone', 'flesh'];
    const options = { shape: [4, 4, 4] as const, conditionImage: { classes }, maskOutput: { classes } };
    const { files } = source();
    await sampler.load({
      ...files,
      'unet/config.json': json({
        in_channels: 7,
        out_channels: 4,
        sample_size: 4,
        condition_image: { classes },
        mask_output: { classes },
      }),
      'unet/model.onnx': new Blob([tinyOnnx(options) as Uint8Array<ArrayBuffer>]),
    });
    const frames: StepFrame[] = [];
    const conditionImages = Uint8Array.from({ length: 16 }, (_, i) => i % 3);
    const request = { count: 2, seed: 5, steps: 3, conditionImages };
    const result = await sampler.sample(request, { onStep: (frame) => frames.push(frame) });
    expect(result).toMatchObject({ shape: [1, 4, 4], seeds: [5, 6] });
    const last = frames.at(-1)!;
    expect(last.x).toEqual(Uint8ClampedArray.from(result.images, (value) => (value + 1) * 127.5));
    expect(last.masks).toEqual(result.masks);
    expect([last.x0, last.masks0!].map(({ length }) => length)).toEqual([32, 32]);
    expect([...result.maskConfidence!].every((share) => share >= 0 && share <= 1)).toBe(true);
    const other = await sampler.sample({ ...request, conditionImages: new Uint8Array(16) });
    expect(other.images).not.toEqual(result.images);
  });

  it('makes no frames where nobody looks', async () => {
    await sampler.load(source());
    const before = sent.length;
    await sampler.sample({ steps: 6 });
    expect(sent.slice(before)).toHaveLength(1); // and no acknowledgements
  });

  it('leaves frames out where the page is slow, never the last', async () => {
    const { page, worker } = channel();
    serve(worker);
    const receipts: FromPage[] = [];
    const slow: typeof page = {
      ...page,
      postMessage: (message, transfer) => {
        if ('seen' in message) receipts.push(message);
        else page.postMessage(message, transfer);
      },
    };
    const sampler = connectSamplingWorker(slow, () => undefined);
    await sampler.load(source());
    const steps: number[] = [];
    await sampler.sample({ steps: 30 }, { onStep: ({ step }) => steps.push(step) });
    expect(steps).toEqual([1, 2, 30]);
    expect(receipts).toHaveLength(3);
  });

  it('stops between steps when cancelled, with an AbortError, and samples again', async () => {
    await sampler.load(source());
    const cancel = new AbortController();
    const steps: number[] = [];
    const onStep = ({ step }: StepFrame) => {
      if (steps.push(step) === 3) cancel.abort();
    };
    const sampling = sampler.sample({ steps: 100, sampler: 'ddim' }, { onStep, signal: cancel.signal });
    await expect(sampling).rejects.toMatchObject({ name: 'AbortError' });
    expect(steps).toEqual([1, 2, 3]);
    expect((await sampler.sample({ steps: 2 })).seeds).toEqual([0]);
    await expect(sampler.sample({}, { signal: cancel.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('begins the next call as soon as one that was cancelled has ended', async () => {
    await sampler.load(source());
    const cancel = new AbortController();
    const first = sampler.sample({ steps: 100, sampler: 'ddim' }, { signal: cancel.signal });
    cancel.abort();
    const next = sampler.sample({ steps: 2, seed: 5 });
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect((await next).seeds).toEqual([5]);
  });

  it('refuses in a sentence: no model, an option out of range, a second call', async () => {
    await expect(sampler.sample({})).rejects.toThrow(
      new InputError('Cannot sample images: a model must be loaded, received none.'),
    );
    await sampler.load(source());
    const refused = sampler.sample({ steps: 101 });
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow('steps must be an integer from 1 to 100');
    const first = sampler.sample({ steps: 20 });
    await expect(sampler.sample({})).rejects.toThrow('the previous call must be over');
    expect((await first).images.length).toBe(16);
  });

  it('cancels what is under way when another model is loaded', async () => {
    await sampler.load(source());
    const sampling = sampler.sample({ steps: 100, sampler: 'ddim' });
    const loading = sampler.load(source());
    const last = sampler.load(source());
    await expect(sampling).rejects.toMatchObject({ name: 'AbortError' });
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
    expect((await last).classes).toBe(2);
    expect((await sampler.sample({ steps: 2 })).images.length).toBe(16);
  });

  it('takes the files without a wrapping, and their addresses, which are relative to the page', async () => {
    vi.stubGlobal('document', { baseURI: 'http://127.0.0.1:9/some/page.html' });
    const json = (text: string) => new URL(`data:application/json,${encodeURIComponent(text)}`);
    const { 'unet/model.onnx': network } = source().files;
    const files = {
      'scheduler/scheduler_config.json': json('{"num_train_timesteps": 100}'),
      'unet/model.onnx': network!,
    };
    const config = { 'unet/config.json': json('{"in_channels": 1, "sample_size": 4, "num_class_embeds": 2}').href };
    expect((await sampler.load({ ...files, ...config })).shape).toEqual(SHAPE);
    for (const load of [sampler.load('models/x/'), sampler.load({ kind: 'url', url: 'models/x' })]) {
      await expect(load).rejects.toThrow(
        'http://127.0.0.1:9/some/models/x/scheduler/scheduler_config.json must answer',
      );
    }
    await expect(sampler.load({ ...files, 'unet/config.json': './c.json' })).rejects.toThrow(
      'http://127.0.0.1:9/some/c.json',
    );
    vi.unstubAllGlobals();
  });

  it('cancels what waits for its turn when another model is loaded', async () => {
    await sampler.load(source());
    const cancel = new AbortController();
    const first = sampler.sample({ steps: 100, sampler: 'ddim' }, { signal: cancel.signal });
    cancel.abort();
    const waiting = sampler.sample({ steps: 100, sampler: 'ddim' });
    const loading = sampler.load(source());
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect((await loading).classes).toBe(2);
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
    await sampler.load(source());
    const { 'unet/model.onnx': _, ...files } = source().files;
    const broken = sampler.load({ kind: 'files', files });
    await expect(broken).rejects.toThrow(
      new InputError('Cannot load the model: it must be a model folder, but its unet/model.onnx is missing.'),
    );
    await expect(sampler.sample({})).rejects.toThrow('a model must be loaded');
  });

  it('fails what is under way when disposed of, and everything after', async () => {
    const loading = sampler.load(source());
    sampler.dispose();
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
    await expect(sampler.devices()).rejects.toMatchObject({ name: 'AbortError' });
    expect(close).toHaveBeenCalledOnce();
  });

  it('fails in a sentence when the worker breaks down', async () => {
    const asked = sampler.devices();
    sampler.fail('SyntaxError');
    await expect(asked).rejects.toThrow(/^Cannot sample: the worker of the page must run, received "SyntaxError"/);
  });
});
