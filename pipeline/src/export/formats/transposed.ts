/**
 * A transposed convolution of 4 x 4 and stride 2, which doubles a picture, as four convolutions of 2 x 2: one for each of the four
 * pixels that a pixel becomes. onnxruntime has 8-bit kernels for convolutions alone, and the work is the same.
 *
 * y[2j + r] = sum over k of x[(2j + r + 1 - k) / 2] w[k]: even pixels see w[3] at j - 1 and w[1] at j, odd ones w[2] at j and w[0]
 * at j + 1.
 */
import type { Attribute, Constant, FileGraph, Node } from '@onnoise/tracer';

const TAPS = [
  [3, 1],
  [2, 0],
] as const;

const EXPECTED: Readonly<Record<string, Attribute>> = {
  kernel_shape: { ints: [4, 4] },
  strides: { ints: [2, 2] },
  dilations: { ints: [1, 1] },
  pads: { ints: [1, 1, 1, 1] },
  group: { int: 1 },
};

/** Edits the graph in place; values stay the same up to float32's rounding. */
export function splitTransposed(graph: FileGraph): void {
  graph.nodes = graph.nodes.flatMap((node) => {
    const weight = graph.constants.get(node.inputs[1] ?? '');
    return weight?.dtype === 'float32' && doubles(node) ? split(graph, node, weight) : [node];
  });
}

function doubles({ op, attributes }: Node): boolean {
  const { output_padding: padding } = attributes;
  const padded = padding !== undefined && 'ints' in padding && padding.ints.some((side) => side !== 0);
  const same = Object.entries(EXPECTED).every(
    ([name, value]) => JSON.stringify(attributes[name]) === JSON.stringify(value),
  );
  return op === 'ConvTranspose' && same && !padded;
}

function split(graph: FileGraph, node: Node, weight: Constant): Node[] {
  const [x, w, ...bias] = node.inputs as [string, string, ...string[]];
  const phases = [0, 1].flatMap((row) => [0, 1].map((column) => ({ row, column })));
  const convolutions = phases.map(({ row, column }, i): Node => {
    const filter = `${w}.phase_${i}`;
    graph.constants.set(filter, phaseOf(weight, row, column));
    return {
      name: `${node.name}/phase_${i}`,
      op: 'Conv',
      domain: '',
      inputs: [x, filter, ...bias],
      outputs: [`${node.outputs[0]}.phase_${i}`],
      attributes: {
        kernel_shape: { ints: [2, 2] },
        strides: { ints: [1, 1] },
        dilations: { ints: [1, 1] },
        pads: { ints: [1 - row, 1 - column, row, column] },
        group: { int: 1 },
      },
    };
  });
  const all = `${node.outputs[0]}.phases`;
  return [
    ...convolutions,
    {
      name: `${node.name}/phases`,
      op: 'Concat',
      domain: '',
      inputs: convolutions.map(({ outputs }) => outputs[0]!),
      outputs: [all],
      attributes: { axis: { int: 1 } },
    },
    {
      name: `${node.name}/DepthToSpace`,
      op: 'DepthToSpace',
      domain: '',
      inputs: [all],
      outputs: node.outputs,
      attributes: { blocksize: { int: 2 } },
    },
  ];
}

/** Of [I, O, 4, 4] the filter of one of the four pixels, [O, I, 2, 2]. */
function phaseOf({ data, dims }: Constant, row: number, column: number): Constant {
  const [inputs, outputs] = dims as [number, number];
  const values = data as Float32Array;
  const filter = new Float32Array(outputs * inputs * 4);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (const [a, ky] of TAPS[row]!.entries()) {
        for (const [b, kx] of TAPS[column]!.entries()) {
          filter[((o * inputs + i) * 2 + a) * 2 + b] = values[((i * outputs + o) * 4 + ky) * 4 + kx]!;
        }
      }
    }
  }
  return { dtype: 'float32', dims: [outputs, inputs, 2, 2], data: filter };
}
