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
  /** Where the name of the second input begins in the file. */
  secondInput: number;
}

const GRAPH = 7;
const NODE = 1;
const OUTPUT = 12;
const [NODE_INPUT, NODE_OUTPUT, NODE_OP] = [1, 2, 4];
const NODE_FIELDS: Readonly<Record<number, 'inputs' | 'outputs' | 'op'>> = {
  [NODE_INPUT]: 'inputs',
  [NODE_OUTPUT]: 'outputs',
  [NODE_OP]: 'op',
};

/** Takes the first place of a value's name, for zeros in its shape: no layer's name begins with it. */
const ZEROS = '~';

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

/**
 * The file with skips cut: the modules that they begin at still compute, but a Concat that lays what they give beside the
 * values of the way up gets zeros in its place. The name of the zeros is as long as the one that it replaces, so that no
 * length in the file changes; the nodes that make them come in a second graph, as the outputs of `withOutputs`.
 * @param modules that the skips begin at: `conv_in`, `down_blocks.0.resnets.0`
 * @throws InputError for a module that the network does not have, or whose values no Concat takes second.
 */
export async function withoutSkips(
  onnx: Uint8Array<ArrayBuffer>,
  modules: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  if (modules.length === 0) return onnx;
  const values = await valuesOfModules(onnx, modules);
  const nodes = await readNodes(onnx);
  const cut = onnx.slice();
  const zeros = values.flatMap((value, i) => {
    const readers = nodes.filter(({ op, inputs }) => op === 'Concat' && inputs[1] === value);
    if (readers.length === 0) {
      throw new InputError(`Cannot cut a skip: module must be one that a skip begins at, received "${modules[i]}".`);
    }
    const name = `${ZEROS}${value.slice(1)}`;
    for (const { secondInput } of readers) cut.set(utf8(name), secondInput);
    const difference = [...text(NODE_INPUT, value), ...text(NODE_INPUT, value), ...text(NODE_OUTPUT, name)];
    return lengthDelimited(NODE, [...difference, ...text(NODE_OP, 'Sub')]);
  });
  return withGraph(cut, zeros);
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
  const node: Node = { op: '', inputs: [], outputs: [], secondInput: 0 };
  for await (const field of wire.fields(start, end)) {
    const kind = NODE_FIELDS[field.number];
    if (kind === 'op') node.op = await wire.text(field);
    else if (kind) node[kind].push(await wire.text(field));
    if (kind === 'inputs' && node.inputs.length === 2) node.secondInput = field.start;
  }
  return node;
}

/**
 * The file with inner values as outputs after its own. A message that comes twice is merged, and its lists are joined
 * (https://protobuf.dev/programming-guides/encoding/#last-one-wins): what is added is a second graph with outputs alone.
 */
export function withOutputs(onnx: Uint8Array<ArrayBuffer>, values: readonly string[]): Uint8Array<ArrayBuffer> {
  return withGraph(
    onnx,
    values.flatMap((name) => lengthDelimited(OUTPUT, text(1, name))),
  );
}

/** @param fields of the second graph */
function withGraph(onnx: Uint8Array<ArrayBuffer>, fields: readonly number[]): Uint8Array<ArrayBuffer> {
  const added = lengthDelimited(GRAPH, fields);
  const joined = new Uint8Array(onnx.length + added.length);
  joined.set(onnx);
  joined.set(added, onnx.length);
  return joined;
}

const utf8 = (name: string): number[] => [...new TextEncoder().encode(name)];
const text = (field: number, value: string): number[] => lengthDelimited(field, utf8(value));

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
