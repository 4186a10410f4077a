/**
 * Gives dropped or chosen files their paths in a model folder. They come as a folder (perhaps below others), or one by
 * one with bare names.
 */
import { MODEL_FILES, openWire, sniff, Truncated, WireError, type WireField } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { bytes } from './words.ts';

/**
 * What an ONNX file says about itself: inputs, outputs, weights. It reads only those few kilobytes and skips the
 * weights, so that a file of any size takes a moment.
 *
 * Source: onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; the encoding,
 * https://protobuf.dev/programming-guides/encoding. Limit: weights in `Constant` nodes are not counted.
 */

export interface OnnxPort {
  name: string;
  /** TensorProto.DataType: 1 is float32, 7 int64, 10 float16. */
  type: number;
  /** A name or -1 stands for a free dimension. */
  dims: (number | string)[];
}

interface OnnxHeader {
  inputs: OnnxPort[];
  outputs: OnnxPort[];
  /** Count of numbers in the floating-point initializers, and in those of 8 bits. */
  weights: number;
  /** The weights lie in another file. */
  external: boolean;
}

/** float32, int8, float16, float64, bfloat16. */
const WEIGHT_TYPES = new Set([1, 3, 10, 11, 16]);

/** @param name of the file, for error messages. @throws InputError if it is cut short or not ONNX. */
export async function readOnnxHeader(file: Blob, name: string): Promise<OnnxHeader> {
  const refuse = (received: string): never => {
    throw new InputError(`Cannot load the model: ${name} must be an ONNX network, received ${received}.`);
  };
  const other = await sniff(file);
  if (other !== undefined) refuse(other);
  // Every writer begins with ir_version, field 1; otherwise the lengths found are meaningless.
  const begun = (await file.slice(0, 1).text()) === '\x08';
  try {
    const header = await read(file);
    return header ?? refuse('a file without a graph');
  } catch (error) {
    if (error instanceof Truncated && begun) {
      const there = `the first ${bytes(file.size)} of ${error.needs > file.size ? bytes(error.needs) : 'more'}`;
      return refuse(`${there}: it was cut short, copy or download it again`);
    }
    if (error instanceof WireError || error instanceof Truncated) return refuse('something else');
    throw error;
  }
}

async function read(file: Blob): Promise<OnnxHeader | undefined> {
  const wire = openWire(file);
  const header: OnnxHeader = { inputs: [], outputs: [], weights: 0, external: false };
  let graph: WireField | undefined;
  let opsets = 0;
  for await (const field of wire.fields(0, file.size)) {
    if (field.number === 7) graph = field;
    if (field.number === 8) opsets++;
  }
  if (graph && opsets === 0) throw new Truncated(file.size); // they follow the graph
  if (graph?.kind !== 'bytes') return undefined;
  // In old files, initialized graph inputs are weights too.
  const initialized = new Set<string>();
  for await (const field of wire.fields(graph.start, graph.end)) {
    if (field.number === 11) header.inputs.push(await readPort(field));
    if (field.number === 12) header.outputs.push(await readPort(field));
    if (field.number === 5) await readWeights(field);
  }
  header.inputs = header.inputs.filter((port) => !initialized.has(port.name));
  return header;

  /** TensorProto: 1 dims, 2 data_type, 8 name, 14 data_location. */
  async function readWeights(tensor: WireField): Promise<void> {
    let size = 1;
    let type = 0;
    for await (const field of wire.fields(tensor.start, tensor.end)) {
      if (field.number === 1) for (const dim of await wire.integers(field)) size *= dim;
      if (field.number === 2) type = field.value;
      if (field.number === 8) initialized.add(await wire.text(field));
      if (field.number === 14 && field.value === 1) header.external = true;
    }
    if (WEIGHT_TYPES.has(type)) header.weights += size;
  }

  /** ValueInfoProto: 1 name, 2 type, of which 1 tensor_type, of which 1 elem_type, 2 shape, of which 1 dim. */
  async function readPort(value: WireField): Promise<OnnxPort> {
    const port: OnnxPort = { name: '', type: 0, dims: [] };
    for await (const field of wire.fields(value.start, value.end)) {
      if (field.number === 1) port.name = await wire.text(field);
      if (field.number !== 2) continue;
      for await (const kind of wire.fields(field.start, field.end)) {
        if (kind.number !== 1) continue;
        for await (const part of wire.fields(kind.start, kind.end)) {
          if (part.number === 1) port.type = part.value;
          if (part.number === 2) port.dims = await readDims(part);
        }
      }
    }
    return port;
  }

  /** TensorShapeProto.Dimension: 1 dim_value, 2 dim_param. */
  async function readDims(shape: WireField): Promise<OnnxPort['dims']> {
    const dims: OnnxPort['dims'] = [];
    for await (const dim of wire.fields(shape.start, shape.end)) {
      let size: number | string = -1;
      for await (const field of wire.fields(dim.start, dim.end)) {
        if (field.number === 1) size = field.value;
        if (field.number === 2) size = await wire.text(field);
      }
      dims.push(size);
    }
    return dims;
  }
}

/** A file and its path below what was dropped. */
export interface Incoming {
  path: string;
  file: Blob;
}

export interface Arranged {
  /** By their path in the model folder. */
  files: Record<string, Blob>;
  /** Name of the folder, if it has one. */
  title: string | undefined;
}

export const SAMPLES = 'samples.png';
const ONNX = MODEL_FILES.network;
const REQUIRED = [MODEL_FILES.scheduler, MODEL_FILES.unet, ONNX];
const KNOWN = [...Object.values(MODEL_FILES), SAMPLES];

/** Names of files that have lost their folders; some tools turn a path into `unet_config.json`. */
const LOOSE: readonly (readonly [name: RegExp, place: string])[] = [
  [/^(.*[-_.])?scheduler[-_]config\.json$/i, MODEL_FILES.scheduler],
  [/^(unet[-_.])?config\.json$/i, MODEL_FILES.unet],
  [/^.*\.onnx$/i, ONNX],
  [/^model[-_]index\.json$/i, MODEL_FILES.index],
  [/^readme\.md$/i, MODEL_FILES.card],
  [/^training\.json$/i, MODEL_FILES.training],
  [/^evaluation\.json$/i, MODEL_FILES.evaluation],
  [/^samples\.png$/i, SAMPLES],
  [/^masks\.png$/i, MODEL_FILES.masks],
];

const UNSEEN = /(^|\/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i;
const WEIGHTS = /\.(safetensors|bin|ckpt|pth?|h5|pb)$/i;
/** onnxruntime reads the whole network at once, and its format holds at most 2 GiB. */
const LIMIT = 2 ** 31;

const fail = (sentence: string): never => {
  throw new InputError(`Cannot load the model: ${sentence}`);
};

/** @throws InputError that names the file that is missing, extra or wrong. */
export async function arrange(incoming: readonly Incoming[]): Promise<Arranged> {
  const seen = incoming.map(({ path, file }) => ({ path: path.replace(/^\/+/, ''), file })).filter(isSeen);
  if (seen.length === 0) fail('what you drop must be a model folder or its files, received none that can be read.');
  const root = rootOf(seen);
  const files: Record<string, Blob> = {};
  const from: Record<string, string> = {};
  for (const { path, file } of seen) {
    const place = placeOf(path, root);
    if (place === undefined) continue;
    if (files[place]) fail(`${place} must be one file, received ${from[place]} and ${path}.`);
    files[place] = file;
    from[place] = path;
  }
  const missing = REQUIRED.filter((place) => !files[place]);
  if (missing.length > 0) fail(await explain(missing, files, seen));
  if (files[ONNX]!.size >= LIMIT) {
    fail(`${ONNX} must be smaller than 2 GB to run in a browser tab, received ${bytes(files[ONNX]!.size)}.`);
  }
  const folder = (root ?? folderOf(from[ONNX]!)).split('/').at(-1);
  return { files, title: folder || nameOf(from[ONNX]!) };
}

const isSeen = ({ path }: Incoming) => !UNSEEN.test(path);
const baseOf = (path: string) => path.split('/').at(-1)!;
const folderOf = (path: string) => path.split('/').slice(0, -1).join('/');

/** The file's name as a title for the model, unless it is `model.onnx`. */
function nameOf(path: string): string | undefined {
  const name = plain(baseOf(path)).replace(/\.onnx$/i, '');
  return /^(unet[-_.])?model$/i.test(name) ? undefined : name;
}

/** A second download or copy is called `config (1).json` or `config copy.json`. */
const plain = (name: string) => name.replace(/( \(\d+\)| copy( \d+)?)(?=\.\w+$)/i, '');

/** The folder that holds `unet/model.onnx`; undefined if the files come without their folders. */
function rootOf(seen: readonly Incoming[]): string | undefined {
  const roots = seen
    .filter(({ path }) => path === ONNX || path.endsWith(`/${ONNX}`))
    .map(({ path }) => path.slice(0, -ONNX.length).replace(/\/$/, ''));
  if (roots.length > 1) {
    const names = roots.map((root) => root || 'the folder itself').sort();
    fail(`it must be one model, received ${names.length}: ${list(names)}. Drop one of these folders.`);
  }
  return roots[0];
}

/** Where a file belongs: decided by its path in a folder laid out as a model, else by its name. */
function placeOf(path: string, root: string | undefined): string | undefined {
  if (root !== undefined) {
    const inside = root === '' ? path : path.startsWith(`${root}/`) ? path.slice(root.length + 1) : '';
    return KNOWN.find((place) => place === inside);
  }
  const name = plain(baseOf(path));
  return KNOWN.find((place) => path.endsWith(`/${place}`)) ?? LOOSE.find(([pattern]) => pattern.test(name))?.[1];
}

/** Guesses from the other files why some are missing. */
async function explain(
  missing: readonly string[],
  files: Record<string, Blob>,
  seen: readonly Incoming[],
): Promise<string> {
  const paths = seen.map(({ path }) => path);
  const has = (pattern: RegExp) => paths.find((path) => pattern.test(path));
  if (!files[ONNX]) {
    if (has(/(^|\/)(metrics\.jsonl|checkpoints\/)/)) {
      return `it must be a model folder, received a training run. Make a model of it: npx pipeline export --run <this folder> --out models/mine`;
    }
    const weights = has(WEIGHTS);
    if (weights) {
      return `${ONNX} must be among the files, received ${baseOf(weights)}, weights of another framework that a browser cannot run.`;
    }
  }
  if (seen.length === 1) {
    const [{ path, file }] = seen as [Incoming];
    const what = await sniff(file).catch(() => undefined);
    if (what?.endsWith('archive'))
      return `it must be a folder or files, received ${path}, ${what}. Unpack it and drop the folder.`;
    if (what?.endsWith('picture'))
      return `it must be a model folder, received ${path}, ${what}. Pictures are what a model is trained on.`;
    if (files[ONNX] && what !== undefined) return `${ONNX} must be an ONNX network, received ${path}, ${what}.`;
    const foreign = files[ONNX] && (await foreignInputs(file));
    if (foreign) {
      return `it must be a network with the inputs sample and timestep, beside ${list(missing)}, received only ${path}, a network with ${foreign}.`;
    }
    return `${list(missing)} must be among the files, received only ${path}. Drop the whole folder.`;
  }
  return `${list(missing)} must be among the files, received ${list(paths.map(baseOf).sort())}.`;
}

/** The inputs of a network that is made for something else. */
async function foreignInputs(file: Blob): Promise<string | undefined> {
  const header = await readOnnxHeader(file, ONNX).catch(() => undefined);
  const names = header?.inputs.map(({ name }) => name);
  if (!names || ['sample', 'timestep'].every((name) => names.includes(name))) return undefined;
  return names.length === 0
    ? 'no inputs'
    : names.length === 1
      ? `the input ${list(names)}`
      : `the inputs ${list(names)}`;
}

function list(names: readonly string[]): string {
  const most = 4;
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The files in a lone zip file; else the files as they are. By its name, as weights of PyTorch are zip files too. */
export async function unpack(incoming: Incoming[]): Promise<Incoming[]> {
  const [only] = incoming;
  if (incoming.length !== 1 || !/\.zip$/i.test(only!.path)) return incoming;
  const { readZip } = await import('@onnoise/runtime-web/zip');
  return Object.entries(await readZip(only!.file)).map(([path, bytes]) => ({ path, file: new Blob([bytes]) }));
}
