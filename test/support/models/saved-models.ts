/** Saves models as tfjs and its converter do: a model.json and shards of weights beside it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

export type Quantization = 'uint8' | 'uint16' | 'float16';

export interface Saving {
  /** How the converter makes weights smaller (quantization.py). */
  quantization?: Quantization;
  /** Bytes of a shard; the converter's are 4 MiB. */
  shard?: number;
  /** Fields of model.json that are to be others. */
  fields?: Record<string, unknown>;
}

/** Writes a `tf.layers` model into a folder. Returns its model.json. */
export async function saveLayersModel(folder: string, model: tf.LayersModel, saving: Saving = {}): Promise<string> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  const keep = async (given: tf.io.ModelArtifacts) => {
    artifacts = given;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
  };
  await model.save(tf.io.withSaveHandler(keep));
  const { modelTopology, weightSpecs, weightData } = artifacts!;
  const json = {
    format: 'layers-model',
    generatedBy: 'TensorFlow.js tfjs-layers v4.22.0',
    convertedBy: null,
    modelTopology,
  };
  return write(folder, json, weightSpecs!, new Uint8Array(weightData as ArrayBuffer), saving);
}

/** Writes a graph and its weights into a folder. Those of whole numbers stay as they are. */
export async function saveGraphModel(
  folder: string,
  { topology, weights, signature }: GraphParts,
  saving: Saving = {},
): Promise<string> {
  const specs = Object.entries(weights).map(([name, { shape, data }]) => {
    return { name, shape, dtype: data instanceof Int32Array ? ('int32' as const) : ('float32' as const) };
  });
  const data = Buffer.concat(
    Object.values(weights).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
  const json = {
    format: 'graph-model',
    generatedBy: '2.15.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: topology,
    signature,
  };
  return write(folder, json, specs, data, saving);
}

export interface GraphParts {
  topology: object;
  signature?: object;
  weights: Record<string, { shape: number[]; data: Float32Array | Int32Array }>;
}

async function write(
  folder: string,
  json: object,
  specs: tf.io.WeightsManifestEntry[],
  data: Uint8Array,
  { quantization, shard = 4 << 20, fields = {} }: Saving,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const [weights, bytes] = quantization === undefined ? [specs, data] : quantize(specs, data, quantization);
  const count = Math.max(1, Math.ceil(bytes.length / shard));
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  await Promise.all(paths.map((name, i) => writeFile(join(folder, name), bytes.subarray(i * shard, (i + 1) * shard))));
  const path = join(folder, 'model.json');
  await writeFile(path, JSON.stringify({ ...json, weightsManifest: [{ paths, weights }], ...fields }));
  return path;
}

/** As the converter's quantization.py: uint8 and uint16 by a scale and a minimum, float16 as it is. */
function quantize(
  specs: readonly tf.io.WeightsManifestEntry[],
  data: Uint8Array,
  dtype: Quantization,
): [tf.io.WeightsManifestEntry[], Uint8Array] {
  let offset = 0;
  const parts: Buffer[] = [];
  const quantized = specs.map((spec) => {
    const size = spec.shape.reduce((product, side) => product * side, 1);
    const own = Uint8Array.from(data.subarray(offset, offset + 4 * size));
    offset += 4 * size;
    if (spec.dtype !== 'float32') {
      parts.push(Buffer.from(own));
      return spec;
    }
    const values = new Float32Array(own.buffer);
    if (dtype === 'float16') {
      parts.push(Buffer.from(Uint16Array.from(values, toHalf).buffer));
      return { ...spec, quantization: { dtype, original_dtype: 'float32' } };
    }
    const [Type, most] = dtype === 'uint8' ? ([Uint8Array, 255] as const) : ([Uint16Array, 65535] as const);
    const min = Math.min(...values);
    const scale = (Math.max(...values) - min) / most || 1;
    const levels = new Type(values.map((value) => Math.round((value - min) / scale)));
    parts.push(Buffer.from(levels.buffer));
    return { ...spec, quantization: { dtype, min, scale, original_dtype: 'float32' } };
  });
  return [quantized, Buffer.concat(parts)];
}

/** The bits of the nearest float16, for numbers of its normal range; smaller ones become 0. */
function toHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const rounded = bits + 0xfff + ((bits >>> 13) & 1);
  const exponent = ((rounded >>> 23) & 0xff) - 112;
  if (exponent <= 0) return (bits >>> 16) & 0x8000;
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((rounded >>> 13) & 0x3ff);
}
