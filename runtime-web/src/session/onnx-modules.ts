/**
 * Finds what the modules of a network give, by their names in diffusers: `down_blocks.0.resnets.0`, `conv_in`. In a file of
 * `pipeline export`, values have the name of the layer that made them: `conv_in/Add`. Reads the file's nodes, not its
 * weights.
 *
 * Source: onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, messages ModelProto, GraphProto, NodeProto.
 */
import { bytesOf, openWire, type Wire, type WireField } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';

interface Node {
  op: string;
  inputs: string[];
  outputs: string[];
}

const GRAPH = 7;
const NODE = 1;
const OUTPUT = 12;
const NODE_FIELDS: Readonly<Record<number, 'inputs' | 'outputs' | 'op'>> = { 1: 'inputs', 2: 'outputs', 4: 'op' };

const CONVOLUTIONS: readonly string[] = ['Conv', 'ConvTranspose'];

/** The last layer of a residual block. */
const LAST_OF_BLOCK = 'conv2';

/**
 * The names of the values that modules give, in their order.
 * @throws InputError for a module that the network does not have.
 */
export async function valuesOfModules(onnx: Uint8Array<ArrayBuffer>, modules: readonly string[]): Promise<string[]> {
  const nodes = await readNodes(onnx);
  return modules.map((module) => {
    const value = outputOf(nodes, `${module}.${LAST_OF_BLOCK}`, true) ?? outputOf(nodes, module, false);
    if (value !== undefined) return value;
    throw new InputError(`Cannot look into the network: module must be one that it has, received "${module}".`);
  });
}

/** What a convolution gives; `added`: with what is added to it, as the shortcut of a residual block. */
function outputOf(nodes: readonly Node[], layer: string, added: boolean): string | undefined {
  const conv = nodes.find(({ op, outputs }) => CONVOLUTIONS.includes(op) && outputs[0]!.startsWith(`${layer}/`));
  if (!conv) return undefined;
  const [output] = conv.outputs;
  if (!added) return output;
  const readers = nodes.filter(({ inputs }) => inputs.includes(output!));
  return readers.length === 1 && readers[0]!.op === 'Add' ? readers[0]!.outputs[0] : output;
}

async function readNodes(onnx: Uint8Array<ArrayBuffer>): Promise<Node[]> {
  const wire = openWire(bytesOf(onnx));
  const nodes: Node[] = [];
  for await (const graph of wire.fields(0, onnx.length)) {
    if (graph.number !== GRAPH) continue;
    for await (const field of wire.fields(graph.start, graph.end)) {
      if (field.number === NODE) nodes.push(await readNode(wire, field));
    }
  }
  return nodes;
}

async function readNode(wire: Wire, { start, end }: WireField): Promise<Node> {
  const node: Node = { op: '', inputs: [], outputs: [] };
  for await (const field of wire.fields(start, end)) {
    const kind = NODE_FIELDS[field.number];
    if (kind === 'op') node.op = await wire.text(field);
    else if (kind) node[kind].push(await wire.text(field));
  }
  return node;
}

/**
 * The file with inner values as outputs after its own. A message that comes twice is merged, and its lists are joined
 * (https://protobuf.dev/programming-guides/encoding/#last-one-wins): what is added is a second graph with outputs alone.
 */
export function withOutputs(onnx: Uint8Array<ArrayBuffer>, values: readonly string[]): Uint8Array<ArrayBuffer> {
  const outputs = values.flatMap((name) =>
    lengthDelimited(OUTPUT, lengthDelimited(1, [...new TextEncoder().encode(name)])),
  );
  const added = lengthDelimited(GRAPH, outputs);
  const joined = new Uint8Array(onnx.length + added.length);
  joined.set(onnx);
  joined.set(added, onnx.length);
  return joined;
}

const lengthDelimited = (field: number, bytes: readonly number[]): number[] => [
  field * 8 + 2,
  ...varint(bytes.length),
  ...bytes,
];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
