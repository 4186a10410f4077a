/** tf.einsum, which ONNX has as an operator. */
import * as tf from '@tensorflow/tfjs';
import { logical, plain } from '../../graph/layout.ts';
import { numeric } from './operators.ts';
import type { KernelTable } from './row.ts';

export const einsum: KernelTable = {
  Einsum: (b, inputs, { equation }) => {
    const operands = Object.values(inputs).map((operand) => logical(b, numeric('einsum', operand)));
    const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, operands.length);
    tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as never);
    const sizes = new Map<string, number>();
    for (const [i, dims] of idDims.entries()) {
      for (const [axis, dim] of dims.entries()) sizes.set(allDims[dim]!, operands[i]!.shape[axis]!);
    }
    const compact = equation.replace(/\s/g, '');
    const shape = [...compact.split('->')[1]!].map((letter) => sizes.get(letter)!);
    const { dtype } = operands[0]!;
    const names = operands.map(({ name }) => name);
    const attributes = { equation: { string: compact } };
    return plain(b.emit('Einsum', names, { dtype, dims: shape }, { attributes }), dtype, shape);
  },
};
