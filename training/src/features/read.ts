/**
 * Reads a feature network of an ONNX file, and fits it to the images: finds its layers, and keeps what these need.
 *
 * Layers: of each size of map, the last one before the network makes it smaller, or leaves maps; from the largest on, five at most. A map
 * is an image of channels that comes out of a convolution, through operators that keep it one; maps of one pixel are left out. Of a
 * VGG or a ResNet that is the output of each stage.
 */
import { createHash } from 'node:crypto';
import { type ImageShape, readOnnxFacts } from '@onnoise/scheduler/model';
import { check, InputError, oneOf } from '@onnoise/scheduler/rules';
import { type DecodedGraph, decodeModel, type Node, NotRecovered, trace } from '@onnoise/tracer';
import type * as tf from '@tensorflow/tfjs';
import { FEATURE_RANGES, type FeatureRange, levelsOf, RANGE_KEY } from './range.ts';
import { walk } from './run.ts';
import type { FeatureFile, FeatureInput, FeatureLayer, FeatureNetwork } from './types.ts';
import { asTensor, isTensor } from './values.ts';

const ACTION = 'read the feature network';
const MOST_LAYERS = 5;

/** Operators that make a map of maps. */
const KEEP = new Set([
  ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'BatchNormalization', 'Relu', 'LeakyRelu', 'PRelu', 'Sigmoid'],
  ...['Tanh', 'HardSigmoid', 'HardSwish', 'Clip', 'Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Neg', 'Concat', 'Identity'],
  ...['Dropout', 'Pad'],
]);

function refuse(name: string, rule: string): never {
  throw new InputError(`Cannot ${ACTION}: ${name} must ${rule}.`);
}

/** @param name as the user named the file @throws InputError for bytes that are no network of images */
export async function readFeatureFile(name: string, bytes: Uint8Array): Promise<FeatureFile> {
  const { fault } = await readOnnxFacts(new Blob([Uint8Array.from(bytes)]));
  if (fault !== undefined) refuse(name, `be an ONNX file, received ${fault}`);
  const graph = decode(name, bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { name, hash, bytes, input: inputOf(name, graph) };
}

function decode(name: string, bytes: Uint8Array): DecodedGraph {
  try {
    return decodeModel(bytes);
  } catch (error) {
    if (!(error instanceof NotRecovered)) throw error;
    return refuse(name, `be an ONNX file of a plain network, but ${error.message}`);
  }
}

function inputOf(name: string, { inputs, constants, metadata }: DecodedGraph): FeatureInput {
  // Old files list their weights, too.
  const ports = inputs.filter((port) => !constants.has(port.name));
  const [port] = ports;
  if (!port || ports.length > 1) {
    refuse(name, `have one input, the images, received ${ports.map((each) => each.name).join(', ') || 'none'}`);
  }
  const received = `${port.dtype} [${port.dims.join(', ')}]`;
  const words = 'take images as float32 [N, C, H, W] or [N, H, W, C]';
  if (port.dtype !== 'float32' || port.dims.length !== 4) refuse(name, `${words}, received ${received}`);
  const fixed = (axis: number) => {
    const side = port.dims[axis];
    return typeof side === 'number' && side > 0 ? side : undefined;
  };
  const isChannels = (side: number | undefined): side is 1 | 3 => side === 1 || side === 3;
  const last = !isChannels(fixed(1)) && isChannels(fixed(3));
  const channels = fixed(last ? 3 : 1);
  if (channels !== undefined && !isChannels(channels)) {
    refuse(name, `${words} of 1 or 3 channels, received ${received}`);
  }
  const [height, width] = last ? [fixed(1), fixed(2)] : [fixed(2), fixed(3)];
  const order = last ? 'NHWC' : 'NCHW';
  return { name: port.name, order, channels, height, width, batch: fixed(0), range: metadata[RANGE_KEY] };
}

/**
 * @param shape [C, H, W] of the images
 * @param asked what black and white are to the network; undefined: as the file says, else -1 and 1
 * @throws InputError for images that it does not take, a network without convolutions, an operator that has no gradient here and is
 *   needed, and weights that are not finite
 */
export function fitFeatures(
  { name, bytes, input }: FeatureFile,
  shape: ImageShape,
  asked?: FeatureRange,
): { network: FeatureNetwork; layers: FeatureLayer[] } {
  const [channels, height, width] = shape;
  const wanted = input.channels ?? channels;
  if (wanted !== channels && channels !== 1) {
    refuse(name, `take images of ${channels} channels, received a network for ${wanted}`);
  }
  if ((input.height ?? height) !== height || (input.width ?? width) !== width) {
    refuse(
      name,
      `take images of ${height} x ${width} pixels, received a network for ${input.height ?? '?'} x ${input.width ?? '?'}`,
    );
  }
  const graph = decode(name, bytes);
  const found = findLayers(name, graph, input, shape, wanted);
  const layers = found.map((layer) => layer.name);
  const nodes = neededNodes(graph, layers);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const constants = new Map([...graph.constants].filter(([key]) => read.has(key)));
  for (const [key, { data }] of constants) {
    if (!(data instanceof Float32Array)) continue;
    const bad = data.find((value) => !Number.isFinite(value));
    if (bad !== undefined) refuse(name, `have finite weights, received ${bad} in ${key}`);
  }
  const ports = { name: input.name, order: input.order, channels: wanted, batch: input.batch };
  const levels = levelsOf(rangeOf(name, input.range, asked)).map(({ scale, shift }) => {
    return { scale: 127.5 * scale, shift: 127.5 * scale + shift };
  });
  return { network: { input: ports, levels, opset: graph.opset, nodes, constants, layers }, layers: found };
}

function rangeOf(name: string, said: string | undefined, asked: FeatureRange | undefined): FeatureRange {
  const own = said === undefined ? undefined : check(ACTION, `${RANGE_KEY} of ${name}`, oneOf(FEATURE_RANGES), said);
  if (asked !== undefined && own !== undefined && asked !== own) {
    throw new InputError(
      `Cannot ${ACTION}: --feature-range must be ${own}, as ${name} itself says, received ${asked}.`,
    );
  }
  return asked ?? own ?? '-1,1';
}

function findLayers(
  name: string,
  graph: DecodedGraph,
  { name: port, order, batch: written }: FeatureInput,
  [, height, width]: ImageShape,
  channels: number,
): FeatureLayer[] {
  if (!graph.nodes.some(({ op }) => op === 'Conv')) refuse(name, 'have convolutions, received a network without any');
  const shapes = new Map<string, readonly number[]>();
  const refused = new Map<string, string>();
  const look = (image: tf.Tensor): Record<string, tf.Tensor> => {
    const values = walk(
      { ...graph, inputs: { [port]: image }, batch: { now: 1, written } },
      ({ op, inputs, outputs }, why) => {
        // What only the end of a network needs, as the scores of classes, is left out.
        const reason = inputs.map((value) => refused.get(value)).find((before) => before !== undefined) ?? why;
        if (op === 'Conv') refuse(name, `be of operators that are known, received ${reason}`);
        for (const output of outputs) refused.set(output, reason);
      },
    );
    for (const [key, value] of values) if (isTensor(value)) shapes.set(key, value.shape);
    const last = graph.nodes.findLast(({ outputs }) => shapes.has(outputs[0]!))!;
    return { last: asTensor(values.get(last.outputs[0]!)!) };
  };
  const sides = order === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels];
  trace((tensors) => look(tensors[port]!), [{ name: port, shape: sides, dtype: 'float32' }]);
  const layers = lastOfSizes(graph, shapes);
  if (layers.length === 0) refuse(name, 'have maps of more than a pixel behind its convolutions, received none');
  return layers;
}

/** See the head of this file. */
function lastOfSizes({ nodes, outputs }: DecodedGraph, shapes: ReadonlyMap<string, readonly number[]>): FeatureLayer[] {
  const maps = new Set<string>();
  for (const { op, inputs, outputs: made } of nodes) {
    const of = op === 'Conv' || (KEEP.has(op) && inputs.some((value) => maps.has(value)));
    if (of && shapes.get(made[0]!)?.length === 4) maps.add(made[0]!);
  }
  const size = (value: string) => shapes.get(value)!.slice(2).join(' x ');
  const ends = new Set(outputs.map((port) => port.name));
  const leaves = (value: string) =>
    ends.has(value) ||
    nodes.some(({ inputs, outputs: made }) => {
      return inputs.includes(value) && !(maps.has(made[0]!) && size(made[0]!) === size(value));
    });
  const last = new Map<string, FeatureLayer>();
  for (const { outputs: made } of nodes) {
    const [value] = made as [string];
    if (!maps.has(value) || !leaves(value)) continue;
    const [, ...shape] = shapes.get(value)!;
    if (shape[1]! * shape[2]! > 1) last.set(size(value), { name: value, shape });
  }
  const area = ({ shape }: FeatureLayer) => shape[1]! * shape[2]!;
  return [...last.values()].sort((a, b) => area(b) - area(a)).slice(0, MOST_LAYERS);
}

/** The nodes on which some values depend, in the order of the file. */
function neededNodes({ nodes }: DecodedGraph, values: readonly string[]): Node[] {
  const needed = new Set(values);
  return nodes
    .toReversed()
    .filter(({ inputs, outputs }) => {
      if (!outputs.some((output) => needed.has(output))) return false;
      for (const input of inputs) needed.add(input);
      return true;
    })
    .toReversed();
}
