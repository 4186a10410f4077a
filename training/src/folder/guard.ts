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
  redirect(graph, name, checked);
  graph.nodes.unshift(...guard(graph, name, name, checked, count));
}

/**
 * Makes all readers of the conditions [N, 2K] read a checked copy: values must be within 2^99 of 0, flags from 0 to 1.
 * Both are mapped to 0..1 for the check, with operators that all providers have. A Gather on a table of one row refuses
 * what is outside.
 */
export function guardConditions(graph: Graph, name: string, count: number): void {
  const { dims } = graph.types.get(name)!;
  const constant = (suffix: string, data: Float32Array | Int32Array, sides: number[]) =>
    addConstant(graph, `${name}.${suffix}`, data, sides);
  const type = (suffix: string, dtype: ValueType['dtype'] = 'float32') => {
    graph.types.set(`${name}.${suffix}`, { dtype, dims });
    return `${name}.${suffix}`;
  };
  const columns = (suffix: string, value: number, flag: number) =>
    constant(suffix, new Float32Array(2 * count).fill(value, 0, count).fill(flag, count), [2 * count]);
  const number = (suffix: string, value: number) => constant(suffix, Float32Array.of(value), []);
  const index = (suffix: string, value: number) => constant(suffix, Int32Array.of(value), []);
  const [scaled, mapped, clipped] = [type('scaled'), type('mapped'), type('clipped')];
  const [inside, row, one, checked] = [type('inside', 'bool'), type('row', 'int32'), type('one'), type('checked')];
  redirect(graph, name, checked);
  graph.nodes.unshift(
    node(`${name}/range/Mul`, 'Mul', [name, columns('scale', 2 ** -100, 1)], scaled),
    node(`${name}/range/Add`, 'Add', [scaled, columns('shift', 0.5, 0)], mapped),
    node(`${name}/range/Clip`, 'Clip', [mapped, number('first', 0), number('last', 1)], clipped),
    node(`${name}/range/Equal`, 'Equal', [mapped, clipped], inside),
    node(`${name}/range/Where`, 'Where', [inside, index('inside_row', 0), index('outside_row', 1)], row),
    node(`${name}/range/Gather`, 'Gather', [constant('table', Float32Array.of(1), [1]), row], one, {
      axis: { int: 0 },
    }),
    node(`${name}/range/Mul_1`, 'Mul', [name, one], checked),
  );
}

/** Replaces the int32 input `name` with the int64 input `wide`, the type of labels in PyTorch and diffusers. */
export function widenLabels(graph: Graph, name: string, wide: string, count: number): void {
  const { dims } = graph.types.get(name)!;
  const [float, checked] = [`${wide}.float`, `${wide}.checked`];
  graph.types.set(wide, { dtype: 'int64', dims });
  graph.types.set(float, { dtype: 'float32', dims });
  graph.nodes.unshift(
    node(`${wide}/Cast`, 'Cast', [wide], float, { to: { int: FLOAT } }), // exact where it is in range
    ...guard(graph, wide, float, checked, count),
    node(`${wide}/Cast_1`, 'Cast', [checked], name, { to: { int: INT32 } }),
  );
  Object.assign(graph.inputs.find((port) => port.name === name)!, { name: wide, dtype: 'int64' });
}

function addConstant(graph: Graph, name: string, data: Float32Array | Int32Array, dims: number[]): string {
  const value = { dtype: data instanceof Float32Array ? 'float32' : 'int32', dims, data } as Constant;
  graph.constants.set(name, value);
  graph.types.set(name, value);
  return name;
}

function redirect(graph: Graph, from: string, to: string): void {
  for (const node of graph.nodes) node.inputs = node.inputs.map((input) => (input === from ? to : input));
}

/** `checked` = value if 0 <= value <= count - 1, else count. */
function guard(graph: Graph, scope: string, value: string, checked: string, count: number): Node[] {
  const { dims } = graph.types.get(value)!;
  const scalar = (suffix: string, number: number) =>
    addConstant(graph, `${scope}.${suffix}`, Float32Array.of(number), []);
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
