/**
 * A network's parameters, read back from the ONNX file that `pipeline export` made of them.
 *
 * Export gives weights other names, shapes and places, scales some (attention's queries) and sums others (the filters
 * of upsampling). How it does that is not written down a second time: it is found by exporting the same network with
 * three sets of weights. Those that number the parameters, and those that are their squares, show whose a value of the
 * graph is and what it was multiplied with; those that number the elements show which one it is. The graphs are compared
 * from the output backwards, so names do not matter. Exported again, the weights must give the values of the file.
 *
 * Limit: a network with BatchNorm cannot be read back, because its statistics are merged with its weights.
 */
import { type HALVES, sizeOf } from '@onnoise/scheduler/model';
import {
  type Attribute,
  type Constant,
  type DecodedGraph,
  decodeModel,
  type Graph,
  NotRecovered,
} from '@onnoise/tracer';
import type { Model } from '../model/index.ts';
import { widenWeights } from './float16.ts';
import { type AutoencoderModel, decoderGraph, encoderGraph } from './halves.ts';
import { inferenceGraph } from './inference.ts';
import { restoreWeights } from './int8-weights.ts';

/** Largest difference that passes, as a share of a tensor's largest value: float32's rounding. */
const TOLERANCE = 1e-5;
/** The same for weights of float16; sums of four are rounded by themselves. */
const HALF_TOLERANCE = 4e-3;
/** The same for weights of 8 bits or fewer, in steps of their whole numbers: `FITTED_TAPS` leave at most 1.07. */
const STEPS = 1.5;

/**
 * @param model the network that the file was made of
 * @returns all parameters, in PyTorch's order
 * @throws NotRecovered that says why the file does not hold them.
 */
export function recoverParameters(model: Model, onnx: Uint8Array): Map<string, Float32Array> {
  return recover(model.parameters, [[onnx, (values) => inferenceGraph(model, values)]]);
}

/** The same of an autoencoder, whose parameters are in two files. @throws NotRecovered as `recoverParameters` does */
export function recoverHalves(
  model: AutoencoderModel & Pick<Model, 'parameters'>,
  { encoder, decoder }: Readonly<Record<keyof typeof HALVES, Uint8Array>>,
): Map<string, Float32Array> {
  return recover(model.parameters, [
    [encoder, (values) => encoderGraph(model, values)],
    [decoder, (values) => decoderGraph(model, values)],
  ]);
}

type Parameters = Model['parameters'];
type Values = ReadonlyMap<string, Float32Array>;

/** @param files with the graph that this version makes of the parameters' values */
function recover(
  parameters: Parameters,
  files: readonly [onnx: Uint8Array, graphOf: (values: Values) => Graph][],
): Map<string, Float32Array> {
  if (parameters.some(({ trainable }) => !trainable)) {
    throw new NotRecovered('its BatchNorm is merged into the weights');
  }
  const read = files.map(([onnx, graphOf]) => ({ ...readFloats(onnx), graphOf }));
  const found = new Map(
    read.flatMap(({ file, toleranceOf, graphOf }) => readFound(parameters, file, toleranceOf, graphOf)),
  );
  const missing = parameters.find(({ name }) => !found.has(name));
  if (missing) throw new NotRecovered(`it does not hold ${missing.name} as this version exports it`);
  for (const { file, toleranceOf, graphOf } of read) {
    const place = firstOther(graphOf(found), file, toleranceOf);
    if (place !== undefined) throw new NotRecovered(`its values at ${place} are not those that this version exports`);
  }
  return new Map(parameters.map(({ name }) => [name, found.get(name)!]));
}

/** What of the parameters one file holds. */
function readFound(
  parameters: Parameters,
  file: DecodedGraph,
  toleranceOf: ToleranceOf,
  graphOf: (values: Values) => Graph,
): [string, Float32Array][] {
  const probe = (value: (parameter: number, element: number) => number) => {
    const values = parameters.map(({ name, shape }, parameter): [string, Float32Array] => {
      return [name, Float32Array.from({ length: sizeOf(shape) }, (_, element) => value(parameter, element))];
    });
    return pairConstants(graphOf(new Map(values)), file);
  };
  const numbers = probe((parameter) => parameter + FIRST);
  const squares = probe((parameter) => (parameter + FIRST) ** 2);
  const elements = probe((parameter, element) => parameter + element + FIRST);
  return [...numbers].flatMap(([place, { actual, expected }]) => {
    const [square, element] = [squares.get(place)?.expected, elements.get(place)?.expected];
    if (actual.dtype !== 'float32' || !square || !element) return [];
    const [values, number] = [actual.data as Float32Array, expected.data as Float32Array];
    const [squared, numbered] = [square.data as Float32Array, element.data as Float32Array];
    const taps = toleranceOf(actual) > TOLERANCE ? FITTED_TAPS : EXACT_TAPS;
    const back = readBack(parameters, values, number, squared, numbered, taps);
    return back ? [[back.name, back.values]] : [];
  });
}

/**
 * Whether the file is what these parameters give when they are exported, but for the rounding of its format; undefined where
 * it cannot be told.
 */
export function holdsParameters(
  model: Model,
  parameters: ReadonlyMap<string, Float32Array>,
  onnx: Uint8Array,
): boolean | undefined {
  try {
    const { file, toleranceOf } = readFloats(onnx);
    return firstOther(inferenceGraph(model, parameters), file, toleranceOf) === undefined;
  } catch (error) {
    if (error instanceof NotRecovered) return undefined;
    throw error;
  }
}

/** How far a constant of a file was rounded, as a share of its largest value. */
type ToleranceOf = (constant: Constant) => number;

/** A file's graph with its weights as float32. @throws NotRecovered for 8-bit arithmetic */
function readFloats(onnx: Uint8Array): { file: DecodedGraph; toleranceOf: ToleranceOf } {
  const file = decodeModel(onnx);
  if (file.nodes.some(({ op }) => op === 'DequantizeLinear'))
    throw new NotRecovered('they are rounded to 8 bits (int8)');
  const [codes, halves] = [restoreWeights(file), widenWeights(file)];
  const others = halves ? HALF_TOLERANCE : TOLERANCE;
  return { file, toleranceOf: (constant) => (codes.has(constant) ? STEPS / codes.get(constant)! : others) };
}

/** No weight is 0 or 1 and no two tensors are alike, or the exporter would leave out nodes or merge them. */
const FIRST = 4;

interface Pair {
  actual: Constant;
  expected: Constant;
}

type Maker = Pick<Graph['nodes'][number], 'name' | 'op' | 'inputs' | 'outputs' | 'attributes'>;

/**
 * Constants that stand in the same place of both graphs, by the file's node and input.
 * @throws NotRecovered where the graphs compute something else.
 */
function pairConstants(fresh: Graph, file: DecodedGraph): Map<string, Pair> {
  const makersOf = (nodes: readonly Maker[]) => new Map(nodes.flatMap((node) => node.outputs.map((o) => [o, node])));
  const [ours, theirs] = [makersOf(fresh.nodes), makersOf(file.nodes)];
  const pairs = new Map<string, Pair>();
  const seen = new Set<Maker>();
  const waiting: [string, string][] = [[fresh.outputs[0]!.name, file.outputs[0]!.name]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [our, their] = [ours.get(next[0]), theirs.get(next[1])];
    if (!our && !their && next[0] === next[1]) continue; // an input of the graph, or one that is left out
    if (their && seen.has(their)) continue;
    if (!our || !their || !alike(our, their)) {
      throw new NotRecovered(`it does not compute ${next[1]} as this version exports it`);
    }
    seen.add(their);
    their.inputs.forEach((name, i) => {
      const [expected, actual] = [fresh.constants.get(our.inputs[i]!), file.constants.get(name)];
      if (!expected && !actual) waiting.push([our.inputs[i]!, name]);
      else if (!expected || !actual || typeOf(expected) !== typeOf(actual)) {
        const [ours, theirs] = [expected, actual].map((constant) => (constant ? typeOf(constant) : 'no constant'));
        throw new NotRecovered(`${name} must be ${ours} as this version exports it, received ${theirs}`);
      } else pairs.set(`${their.outputs[0]} ${i}`, { actual, expected });
    });
  }
  return pairs;
}

const typeOf = ({ dtype, dims }: Constant) => `${dtype}[${dims}]`;

/** Whether two nodes do the same with their inputs. */
const alike = (a: Maker, b: Maker) =>
  a.op === b.op && a.inputs.length === b.inputs.length && written(a.attributes) === written(b.attributes);

/** Attributes in the order of their names, with numbers of float32 as files hold them. */
function written(attributes: Readonly<Record<string, Attribute>>): string {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(
    entries.map(([name, value]) => [name, 'float' in value ? { float: Math.fround(value.float) } : value]),
  );
}

/**
 * The parameter that a constant holds; undefined for a constant that holds none.
 * @param numbers, squares, elements what the three sets of weights became in its place
 * @param taps as `unsum` takes them
 */
function readBack(
  parameters: Parameters,
  values: Float32Array,
  numbers: Float32Array,
  squares: Float32Array,
  elements: Float32Array,
  taps: Taps,
) {
  const number = Math.round(squares[0]! / numbers[0]!);
  const owner = parameters[number - FIRST];
  if (!owner || squares.some((square, i) => Math.abs(square / numbers[i]! - number) > 0.1)) return undefined;
  const factor = (i: number) => numbers[i]! / number;
  const element = (i: number) => Math.round(elements[i]! / factor(i)) - number;
  const size = sizeOf(owner.shape);
  const original = new Float32Array(size).fill(Number.NaN);
  if (values.length === size) {
    values.forEach((value, i) => {
      original[element(i)] = value / factor(i);
    });
  } else if (values.length * 9 === size * 16) {
    // Blocks of 4 x 4 sums, of which the last corner is the first of the nine weights alone: see `upsampleConv2d`.
    for (let block = 0; block < values.length; block += 16) {
      original.set(unsum(values.subarray(block, block + 16), taps), element(block + 15));
    }
  }
  return original.some(Number.isNaN) ? undefined : { name: owner.name, values: original };
}

/** The three weights (w0, w1, w2) of an axis as factors of its four sums (w2, w1 + w2, w0 + w1, w0). */
type Taps = readonly (readonly number[])[];

const EXACT_TAPS: Taps = [
  [0, 0, 0, 1],
  [-1, 1, 0, 0],
  [1, 0, 0, 0],
];
/** Where the sums are rounded: the weights whose sums are the nearest, by least squares. */
const FITTED_TAPS: Taps = [
  [0.25, -0.25, 0.25, 0.75],
  [-0.5, 0.5, 0.5, -0.5],
  [0.75, 0.25, -0.25, 0.25],
];

/** The 3 x 3 weights of 4 x 4 sums along both axes. */
function unsum(sums: Float32Array, taps: Taps): Float32Array {
  const along = (factors: readonly number[], read: (i: number) => number) =>
    factors.reduce((sum, factor, i) => (factor === 0 ? sum : sum + factor * read(i)), 0);
  return Float32Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [taps[Math.floor(i / 3)]!, taps[i % 3]!];
    return along(row, (a) => along(column, (b) => sums[4 * a + b]!));
  });
}

/** The first place whose values in the file are not what these weights give. @throws NotRecovered for other graphs */
function firstOther(fresh: Graph, file: DecodedGraph, toleranceOf: ToleranceOf): string | undefined {
  for (const [place, { actual, expected }] of pairConstants(fresh, file)) {
    const [a, b] = [Array.from(actual.data, Number), Array.from(expected.data, Number)];
    const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const most = toleranceOf(actual) * largest;
    if (a.some((value, i) => !(Math.abs(value - b[i]!) <= most))) return place;
  }
  return undefined;
}
