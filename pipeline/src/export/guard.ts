/**
 * Keeps an exported network's indices from wrapping. ONNX's Gather counts negative indices from the end, and a cast to
 * int32 drops the upper half of an int64: timestep -1 would be T - 1, and class 2^32 + 3 would be class 3.
 *
 * Any value outside 0..count - 1, NaN included, becomes `count`, which no Gather has: onnxruntime's CPU provider
 * refuses the call and names it. Limit: its GPU providers do not check, and their output is then undefined (WebGPU cuts
 * int64 to 32 bits even before).
 */
import type { Constant, Graph, Node, ValueType } from '@onnoise/tracer';

const FLOAT = 1;
const INT32 = 6;

/** Makes all readers of the float input `name` read a checked copy. */
export function guardFloat(graph: Graph, name: string, count: number): void {
  const checked = `${name}.checked`;
  for (const node of graph.nodes) node.inputs = node.inputs.map((input) => (input === name ? checked : input));
  prepend(graph, guard(graph, name, name, checked, count));
}

/** Replaces the int32 input `name` with the int64 input `wide`, the type of labels in PyTorch and diffusers. */
export function widenLabels(graph: Graph, name: string, wide: string, count: number): void {
  const { dims } = graph.types.get(name)!;
  const [float, checked] = [`${wide}.float`, `${wide}.checked`];
  graph.types.set(wide, { dtype: 'int64', dims });
  graph.types.set(float, { dtype: 'float32', dims });
  prepend(graph, [
    node(`${wide}/Cast`, 'Cast', [wide], float, { to: { int: FLOAT } }), // exact where it is in range
    ...guard(graph, wide, float, checked, count),
    node(`${wide}/Cast_1`, 'Cast', [checked], name, { to: { int: INT32 } }),
  ]);
  Object.assign(graph.inputs.find((port) => port.name === name)!, { name: wide, dtype: 'int64' });
}

/** `checked` = value if 0 <= value <= count - 1, else count. */
function guard(graph: Graph, scope: string, value: string, checked: string, count: number): Node[] {
  const { dims } = graph.types.get(value)!;
  const scalar = (suffix: string, number: number): string => {
    const constant: Constant = { dtype: 'float32', dims: [], data: Float32Array.of(number) };
    graph.constants.set(`${scope}.${suffix}`, constant);
    graph.types.set(`${scope}.${suffix}`, constant);
    return `${scope}.${suffix}`;
  };
  const type = (name: string, dtype: ValueType['dtype']) => {
    graph.types.set(name, { dtype, dims });
    return name;
  };
  const clipped = type(`${scope}.clipped`, 'float32');
  const inside = type(`${scope}.inside`, 'bool');
  return [
    node(`${scope}/range/Clip`, 'Clip', [value, scalar('first', 0), scalar('last', count - 1)], clipped),
    node(`${scope}/range/Equal`, 'Equal', [value, clipped], inside),
    node(`${scope}/range/Where`, 'Where', [inside, value, scalar('none', count)], type(checked, 'float32')),
  ];
}

function node(name: string, op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node {
  return { name, op, domain: '', inputs, outputs: [output], attributes };
}

function prepend(graph: Graph, nodes: Node[]): void {
  graph.nodes.unshift(...nodes);
}
