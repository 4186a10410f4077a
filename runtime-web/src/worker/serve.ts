/** The worker's side: answers the page's questions with the one model that is loaded. */
import { type Artefact, splitPairs, toBytes } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type DiffusionModel, openModel } from '../loading/load.ts';
import type {
  Failure,
  FromPage,
  FromWorker,
  MessageEnd,
  ModelInfo,
  Question,
  Questions,
  SampleResult,
  StepFrame,
} from '../loading/protocol.ts';
import { inspectDevices } from '../session/device.ts';
import { createGraphs } from './graphs.ts';

/** At most this many frames are on their way to the page or being shown. */
const FRAMES_AHEAD = 2;

interface Call<Q extends Question> {
  ask: Questions[Q]['ask'];
  tell(value: Questions[Q]['tell'], transfer?: ArrayBuffer[]): void;
  abort: AbortController;
  /** Lets go of a load that is held. */
  start(): void;
  /** Resolves then, or when the call is cancelled. */
  started: Promise<void>;
  /** Frames sent and not yet seen. */
  unseen: number;
}

/** Answers what arrives at the port, for as long as it is open. */
export function serve(port: MessageEnd<FromWorker, FromPage>): void {
  const open = new Map<number, Call<Question>>();
  const answers = createAnswers();

  port.addEventListener('message', async ({ data }) => {
    const { id } = data;
    if ('cancel' in data) return open.get(id)?.abort.abort();
    if ('start' in data) return open.get(id)?.start();
    if ('seen' in data) {
      const call = open.get(id);
      if (call) call.unseen--;
      return;
    }
    const call: Call<Question> = {
      ask: data.ask,
      tell: (value, transfer = []) => {
        call.unseen++;
        port.postMessage({ id, tell: value }, transfer);
      },
      ...startable(),
      unseen: 0,
    };
    open.set(id, call);
    try {
      const answer = answers[data.question] as (call: Call<Question>) => Promise<Questions[Question]['done']>;
      const done = await answer(call);
      port.postMessage({ id, done }, buffersOf(done));
    } catch (error) {
      port.postMessage({ id, failed: describe(error) }, []);
    } finally {
      open.delete(id);
    }
  });
}

function startable(): Pick<Call<Question>, 'abort' | 'start' | 'started'> {
  const abort = new AbortController();
  let start = () => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
    abort.signal.addEventListener('abort', () => resolve());
  });
  return { abort, start, started };
}

function createAnswers(): { [Q in Question]: (call: Call<Q>) => Promise<Questions[Q]['done']> } {
  let model: DiffusionModel | undefined;
  const graphs = createGraphs();
  let loading: Task | undefined;
  let sampling: Task | undefined;
  /** Sampling calls: the one under way and those that wait for its end. */
  const asked = new Set<AbortController>();

  async function load({ ask, tell, abort: { signal }, started }: Call<'load'>): Promise<ModelInfo> {
    const { source, device, held } = ask;
    const from = source.kind === 'url' ? source.url : source.files;
    model = await openModel(from, { device, onProgress: tell, signal }, async () => {
      if (held) {
        tell({ stage: 'held', loaded: 0, total: null });
        await started;
      }
      signal.throwIfAborted();
    });
    const { sample: _, dispose: __, ...info } = model;
    return info;
  }

  async function sample(call: Call<'sample'>): Promise<SampleResult> {
    if (model === undefined) throw new InputError('Cannot sample images: a model must be loaded, received none.');
    const used = model;
    const begun = performance.now();
    const seconds = () => (performance.now() - begun) / 1000;
    let done = 0;
    const samples = await used.sample({
      ...call.ask.request,
      signal: call.abort.signal,
      wantsStep: (step, steps) => {
        done = step;
        return call.ask.frames && (step === steps || call.unseen < FRAMES_AHEAD);
      },
      onStep: ({ step, steps, timestep, x, x0 }) => {
        const frame = { step, steps, timestep, ...bytesOfStep(used, x, x0), seconds: seconds() };
        call.tell(frame, buffersIn(frame));
      },
    });
    const taken = seconds();
    return { ...samples, seconds: taken, stepsPerSecond: done / taken };
  }

  return {
    devices: inspectDevices,
    run: async ({ ask, tell, abort }) => {
      // One session is created at a time, and a runtime for WebGPU takes no call while another one is under way.
      for (let seen: Task | undefined; loading !== seen || sampling; ) {
        seen = loading;
        await seen?.ended;
        await sampling?.ended;
      }
      return { outputs: await graphs.run(ask, tell, abort.signal) };
    },
    /** Cancels what is under way, waits for its end, and frees the old model before loading the new one. */
    load: (call) => {
      const before = [loading, sampling];
      for (const abort of [...asked, ...(loading ? [loading.abort] : [])]) abort.abort();
      loading = begin(call.abort, async () => {
        for (const task of before) await task?.ended;
        await graphs.idle();
        await model?.dispose();
        model = undefined;
        call.abort.signal.throwIfAborted();
        return load(call);
      });
      return loading.result as Promise<ModelInfo>;
    },
    sample: async (call) => {
      if (sampling && !sampling.abort.signal.aborted) {
        throw new InputError('Cannot sample images: the previous call must be over, and it is not.');
      }
      asked.add(call.abort);
      try {
        // A cancelled call ends after its current step.
        while (sampling) await sampling.ended;
        call.abort.signal.throwIfAborted();
        const task = begin(call.abort, async () => {
          await graphs.idle();
          return sample(call).finally(() => (sampling = undefined));
        });
        sampling = task;
        return (await task.result) as SampleResult;
      } finally {
        asked.delete(call.abort);
      }
    },
  };
}

/** Something under way that a later question can cancel. */
interface Task {
  abort: AbortController;
  result: Promise<unknown>;
  /** Resolves however it ends. */
  ended: Promise<unknown>;
}

function begin(abort: AbortController, run: () => Promise<unknown>): Task {
  const result = run();
  return { abort, result, ended: result.catch(() => undefined) };
}

export function describe(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return { name, message, stack };
}

/** What goes to the page of the pictures after a step. @param x of the network's shape */
function bytesOfStep(
  { shape, maskOutput }: Pick<Artefact, 'shape' | 'maskOutput'>,
  x: Float32Array,
  x0: Float32Array,
): Pick<StepFrame, 'x' | 'x0' | 'masks' | 'masks0'> {
  if (!maskOutput) return { x: toBytes(x), x0: toBytes(x0) };
  const [now, end] = [splitPairs(x, shape, maskOutput), splitPairs(x0, shape, maskOutput)];
  return { x: toBytes(now.images), x0: toBytes(end.images), masks: now.masks, masks0: end.masks };
}

/** What goes to the page without a copy. */
const buffersIn = (answer: object): ArrayBuffer[] =>
  Object.values(answer).flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));

function buffersOf(done: Questions[Question]['done']): ArrayBuffer[] {
  if ('images' in done) return buffersIn(done);
  return 'outputs' in done ? Object.values(done.outputs).map(({ data }) => data.buffer) : [];
}
