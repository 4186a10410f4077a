/** Runs a feature network by tfjs operators: on any backend, under the tracer, and in a gradient. */
import type { Constant, Node } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';
import { OPERATORS } from './operators.ts';
import type { FeatureNetwork } from './types.ts';
import { asTensor, type Call, Refused, type Value } from './values.ts';

/** A graph to walk through, and what it is given. */
export interface Walk extends Pick<FeatureNetwork, 'nodes' | 'constants' | 'opset'> {
  inputs: Readonly<Record<string, tf.Tensor>>;
  batch: Call['batch'];
}

/**
 * Computes node after node.
 * @param onRefused gets the nodes that cannot be computed; those that need them are not computed either
 * @returns values by name
 * @throws Refused for such a node without `onRefused`
 */
export function walk(
  { nodes, constants, opset, inputs, batch }: Walk,
  onRefused?: (node: Node, reason: string) => void,
): Map<string, Value> {
  const values = new Map<string, Value>([...(constants as ReadonlyMap<string, Constant>), ...Object.entries(inputs)]);
  for (const node of nodes) {
    const { op, attributes, outputs } = node;
    const absent = node.inputs.find((name) => name !== '' && !values.has(name));
    try {
      if (absent !== undefined) throw new Refused(`${op} of ${absent}, which is not there`);
      const operator = node.domain === '' && Object.hasOwn(OPERATORS, op) ? OPERATORS[op]! : undefined;
      if (!operator) throw new Refused(`the operator ${node.domain === '' ? op : `${node.domain}.${op}`}`);
      const call = { op, attributes, opset, batch, inputs: node.inputs.map((name) => values.get(name)) };
      values.set(outputs[0]!, operator(call));
    } catch (error) {
      if (!onRefused) throw error;
      onRefused(node, error instanceof Refused ? error.message : `${op} (${(error as Error).message})`);
    }
  }
  return values;
}

/** Images [B, C, H, W] from -1 to 1, as the network takes them: gray ones are repeated in three channels. */
export function inputOf({ input, levels }: Pick<FeatureNetwork, 'input' | 'levels'>, images: tf.Tensor4D): tf.Tensor4D {
  const { channels, order } = input;
  const repeated =
    images.shape[1] < channels
      ? tf.concat(
          Array.from({ length: channels }, () => images),
          1,
        )
      : images;
  const sides: [number, number, number, number] = [1, levels.length, 1, 1];
  const same = levels.every(({ scale, shift }) => scale === 1 && shift === 0);
  const scaled: tf.Tensor4D = same
    ? repeated
    : tf.add(
        tf.mul(
          repeated,
          tf.tensor4d(
            levels.map(({ scale }) => scale),
            sides,
          ),
        ),
        tf.tensor4d(
          levels.map(({ shift }) => shift),
          sides,
        ),
      );
  return order === 'NCHW' ? scaled : tf.transpose(scaled, [0, 2, 3, 1]);
}

/** @param images [B, C, H, W] from -1 to 1 @returns its layers, [B, C, h, w] each */
export function featuresOf(network: FeatureNetwork, images: tf.Tensor4D): tf.Tensor4D[] {
  const { input, nodes, constants, opset, layers } = network;
  const batch = { now: images.shape[0], written: input.batch };
  const values = walk({ nodes, constants, opset, inputs: { [input.name]: inputOf(network, images) }, batch });
  return layers.map((name) => asTensor(values.get(name)!) as tf.Tensor4D);
}
