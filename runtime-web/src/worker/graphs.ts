/**
 * Runs ONNX files on WebAssembly, tensors in and tensors out: networks to look into, and steps of training. A few stay
 * open, one runs at a time.
 */
import { onnxReason } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { GraphTensor, GraphTensors, LoadProgress, Questions } from '../loading/protocol.ts';
import { openFolder } from '../session/artefact.ts';
import { oneAtATime } from '../session/calls.ts';
import { chooseWasm } from '../session/device.ts';
import { valuesOfModules, withOutputs, withoutSkips } from '../session/onnx-modules.ts';
import { loadOrt, type Ort, ortAtHand } from '../session/ort.ts';

/** Open at a time; the one not used for longest goes. */
const MOST_OPEN = 3;
const FATAL_ONLY = 4;

type GraphRequest = Questions['run']['ask'];

interface OpenGraph {
  ort: Ort;
  session: InferenceSession;
  /** What the exposed values are called in the graph, by module. */
  exposed: ReadonlyMap<string, string>;
}

export interface Graphs {
  run(request: GraphRequest, tell: (progress: LoadProgress) => void, signal: AbortSignal): Promise<GraphTensors>;
  /** Resolves once nothing runs, however it ended. */
  idle(): Promise<unknown>;
}

export function createGraphs(): Graphs {
  const open = new Map<string, Promise<OpenGraph>>();
  const inTurn = oneAtATime();

  async function graphOf(request: GraphRequest, tell: (progress: LoadProgress) => void, signal: AbortSignal) {
    const key = JSON.stringify([request.id, request.path, request.expose ?? [], request.cut ?? []]);
    const known = open.get(key);
    open.delete(key);
    const graph = known ?? openGraph(request, tell, signal);
    open.set(key, graph); // now the last one used
    for (const [old, of] of [...open].slice(0, Math.max(0, open.size - MOST_OPEN))) {
      open.delete(old);
      await of.then(
        ({ session }) => session.release(),
        () => {},
      );
    }
    try {
      return await graph;
    } catch (error) {
      open.delete(key);
      throw error;
    }
  }

  async function run(...[request, tell, signal]: Parameters<Graphs['run']>): Promise<GraphTensors> {
    const { ort, session, exposed } = await graphOf(request, tell, signal);
    signal.throwIfAborted();
    const feeds = Object.fromEntries(
      Object.entries(request.feeds).map(([name, { type, data, dims }]) => [name, new ort.Tensor(type, data, dims)]),
    );
    const outputs = await session.run(feeds).catch((error: unknown) => {
      throw new InputError(`Cannot run ${request.path}: its inputs must fit, received "${onnxReason(error)}".`);
    });
    const inner = new Set(exposed.values());
    const own = Object.keys(outputs).filter((name) => !inner.has(name));
    const wanted = [...own.map((name) => [name, name] as const), ...exposed];
    return Object.fromEntries(wanted.map(([name, value]) => [name, sentTensor(request.path, name, outputs[value]!)]));
  }

  return {
    idle: () => inTurn(async () => {}),
    run: (request, tell, signal) => inTurn(() => run(request, tell, signal), signal),
  };
}

/** A copy, for the page. */
function sentTensor(path: string, name: string, { type, data, dims }: Tensor): GraphTensor {
  if (type === 'float32') return { type, data: (data as Float32Array<ArrayBuffer>).slice(), dims: [...dims] };
  if (type === 'int64') return { type, data: (data as BigInt64Array<ArrayBuffer>).slice(), dims: [...dims] };
  throw new InputError(`Cannot run ${path}: the output ${name} must be float32 or int64, received ${type}.`);
}

async function openGraph(
  { source, path, expose = [], cut = [] }: GraphRequest,
  tell: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<OpenGraph> {
  const counter = (stage: LoadProgress['stage']) => (loaded: number, total: number | null) =>
    tell({ stage, loaded, total });
  const read = openFolder(source.kind === 'url' ? source.url : source.files);
  const onnx = await read(path, { onProgress: counter('model'), signal });
  if (onnx === undefined) throw new InputError(`Cannot run ${path}: the folder must hold it, and it does not.`);
  const values = await valuesOfModules(onnx, expose);
  const ort =
    ortAtHand() ??
    (await loadOrt(chooseWasm('The graph runs on the processor.'), {
      onProgress: counter('runtime'),
      signal,
    }));
  counter('session')(0, null);
  const whole = await withoutSkips(onnx, cut);
  const session = await ort.InferenceSession.create(withOutputs(whole, [...new Set(values)]), {
    executionProviders: [{ name: 'wasm' }],
    logSeverityLevel: FATAL_ONLY,
  }).catch((error: unknown) => {
    throw new InputError(
      `Cannot run ${path}: it must be an ONNX file that runs here, received "${onnxReason(error)}".`,
    );
  });
  return { ort, session, exposed: new Map(expose.map((module, i) => [module, values[i]!])) };
}
