/** Networks of sequences: a classifier of texts with an LSTM, and a block of a transformer. */
import * as tf from '@tensorflow/tfjs';
import { on } from './build.ts';

export interface TextSizes {
  words: number;
  length: number;
  units: number;
  classes: number;
}

/** An embedding, an LSTM (Hochreiter and Schmidhuber, 1997, with a forget gate) that reads both ways, and a dense layer. */
export function lstmClassifier({ words, length, units, classes }: TextSizes): tf.LayersModel {
  const input = tf.input({ shape: [length], dtype: 'int32', name: 'ids' });
  let x = on(tf.layers.embedding({ inputDim: words, outputDim: units, name: 'embedding' }), input);
  const forward = tf.layers.lstm({ units, returnSequences: true, recurrentActivation: 'sigmoid', name: 'lstm' });
  x = on(tf.layers.bidirectional({ layer: forward as tf.RNN, mergeMode: 'concat', name: 'both' }), x);
  x = on(tf.layers.lstm({ units, name: 'lstm_last' }), x);
  return tf.model({
    inputs: input,
    outputs: on(tf.layers.dense({ units: classes, activation: 'softmax', name: 'classes' }), x),
  });
}

export interface TransformerSizes {
  length: number;
  width: number;
  heads: number;
}

/** Scaled dot-product attention of several heads (arXiv 1706.03762, section 3.2), on queries, keys and values. */
export class Attention extends tf.layers.Layer {
  static readonly className = 'Attention';
  private readonly heads: number;

  constructor(config: { heads: number; name?: string }) {
    super(config);
    this.heads = config.heads;
  }

  override computeOutputShape(shapes: tf.Shape[]): tf.Shape {
    return shapes[0]!;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [query, key, value] = (inputs as tf.Tensor[]).map((x) => this.split(x)) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const scores = tf.div(tf.matMul(query, key, false, true), Math.sqrt(query.shape.at(-1)!)); // [B, heads, L, L]
      const mixed = tf.transpose(tf.matMul(tf.softmax(scores), value), [0, 2, 1, 3]);
      return tf.reshape(mixed, (inputs as tf.Tensor[])[0]!.shape);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), heads: this.heads };
  }

  /** [B, L, C] to [B, heads, L, C / heads]. */
  private split(x: tf.Tensor): tf.Tensor {
    const [batch, length, width] = x.shape as [number, number, number];
    return tf.transpose(tf.reshape(x, [batch, length, this.heads, width / this.heads]), [0, 2, 1, 3]);
  }
}

/** A block of an encoder (section 3.1): attention and two dense layers, each with a sum around it and a normalisation. */
export function transformerBlock({ length, width, heads }: TransformerSizes): tf.LayersModel {
  const input = tf.input({ shape: [length, width], name: 'tokens' });
  const dense = (units: number, name: string, activation: 'relu' | 'linear' = 'linear') =>
    tf.layers.dense({ units, activation, name });
  const [query, key, value] = ['query', 'key', 'value'].map((name) => on(dense(width, name), input)) as never[];
  const attended = on(dense(width, 'merge'), on(new Attention({ heads, name: 'attention' }), query!, key!, value!));
  const first = on(
    tf.layers.layerNormalization({ name: 'norm1', epsilon: 1e-6 }),
    on(tf.layers.add({ name: 'sum1' }), input, attended),
  );
  const wide = on(dense(width, 'narrow'), on(dense(4 * width, 'wide', 'relu'), first));
  const output = on(
    tf.layers.layerNormalization({ name: 'norm2', epsilon: 1e-6 }),
    on(tf.layers.add({ name: 'sum2' }), first, wide),
  );
  return tf.model({ inputs: input, outputs: output });
}
