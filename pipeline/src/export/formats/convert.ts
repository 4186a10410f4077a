/** A network in a smaller format: float32 as float16, with int8 weights or as int8; float16 as either of the last two. */
import { FORMAT_KEY, formatOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { decodeModel, encodeModel, type FileGraph, NotRecovered, OPSET } from '@onnoise/tracer';
import { narrowWeights, planLayers, planWeights, roundWeights, widenWeights } from '@onnoise/training/folder';
import { type CalibrationOptions, calibrate } from './calibrate.ts';
import type { SmallFormat } from './names.ts';
import type { SampledFacts } from './network.ts';
import { quantizeLayers } from './quantize.ts';
import { splitTransposed } from './transposed.ts';

export interface ConvertOptions {
  /** What fails, after "Cannot": `export runs/x`. */
  action: string;
  format: SmallFormat;
  facts: SampledFacts;
  /** Of a weight: one of `WEIGHT_BITS`. */
  bits: number;
  calibration: CalibrationOptions;
}

/**
 * @param onnx the bytes of a `.onnx` file
 * @returns those of the smaller file
 * @throws InputError for a network that is smaller already, or has nothing that could be.
 */
export async function convertNetwork(
  onnx: Uint8Array,
  { action, format, facts, bits, calibration }: ConvertOptions,
): Promise<Uint8Array> {
  const { metadata, opset, ...graph } = read(action, onnx);
  requireOpset(action, opset);
  // Weights rounded to float16 lose nothing that 8 bits would keep.
  const widened = format !== 'float16' && formatOf(metadata) === 'float16' && widenWeights(graph);
  requireFloat(action, graph, widened ? {} : metadata);
  if (format === 'int8') await toInt8(action, graph, { facts, bits, calibration });
  const plan = format === 'int8-weights' ? planWeights(graph) : new Map<string, number>();
  const saved = narrowWeights(graph, plan);
  if (saved === 0 && plan.size === 0 && format !== 'int8') {
    throw new InputError(
      `Cannot ${action}: its network must have float32 weights to store as ${format}, received none.`,
    );
  }
  roundWeights(action, graph, plan, bits);
  return encodeModel(graph, { ...metadata, [FORMAT_KEY]: format });
}

async function toInt8(
  action: string,
  graph: FileGraph,
  { facts, bits, calibration }: Pick<ConvertOptions, 'facts' | 'bits' | 'calibration'>,
): Promise<void> {
  splitTransposed(graph);
  const layers = planLayers(graph);
  if (layers.length === 0) {
    throw new InputError(
      `Cannot ${action}: its network must have convolutions or matrix products with constant weights between its first and its last, received none. Try --format float16.`,
    );
  }
  const values = new Set(layers.flatMap(({ input, output }) => [input, output]));
  quantizeLayers(graph, layers, await calibrate(action, graph, [...values], facts, calibration), bits);
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  for (const name of [...graph.constants.keys()]) if (!read.has(name)) graph.constants.delete(name);
}

function read(action: string, onnx: Uint8Array) {
  try {
    return decodeModel(onnx);
  } catch (error) {
    if (!(error instanceof NotRecovered)) throw error;
    throw new InputError(`Cannot ${action}: its network must be one that can be rewritten, but ${error.message}.`, {
      cause: error,
    });
  }
}

/** The file is written with ours, in which other versions' operators may mean something else. */
function requireOpset(action: string, opset: number): void {
  if (opset === OPSET) return;
  throw new InputError(`Cannot ${action}: its network must have opset ${OPSET}, received opset ${opset}.`);
}

const ROUNDED = new Set(['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear', 'QLinearConv', 'ConvInteger']);

function requireFloat(action: string, graph: FileGraph, metadata: Readonly<Record<string, string>>): void {
  const refuse = (received: string): never => {
    throw new InputError(
      `Cannot ${action}: its network must be float32, received ${received}. Export the run, or a float32 copy of the model.`,
    );
  };
  const format = formatOf(metadata);
  if (format !== 'float32') refuse(format);
  const rounded = graph.nodes.find(({ op }) => ROUNDED.has(op));
  if (rounded) refuse(`one with ${rounded.op}`);
  for (const stored of ['int8', 'float16'] as const) {
    if ([...graph.constants.values()].some(({ dtype }) => dtype === stored)) refuse(`one with ${stored} weights`);
  }
}
