/**
 * A model as TensorFlow.js saves it: model.json, which describes it, and shards of weights beside it. Read here, and not by
 * tfjs, whose errors do not say what is wrong with a file.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { withDiskErrors } from '@onnoise/base/files';
import { InputError, listOf, object, oneOf, show, text } from '@onnoise/scheduler/rules';
import type { io } from '@tensorflow/tfjs';

const FORMATS = ['layers-model', 'graph-model'] as const;
export type ModelFormat = (typeof FORMATS)[number];

export interface SavedModel {
  /** Of model.json. */
  path: string;
  format: ModelFormat;
  /** For tfjs, weights in one piece. */
  artifacts: io.ModelArtifacts;
  /** Numbers that the weights of the network hold. */
  parameters: number;
  /** All that was read: nothing may be written over it. */
  files: readonly string[];
}

type Fields = Record<string, unknown>;

/** Bytes of a number as it is stored. */
const WIDTHS: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
  complex64: 8,
};

/**
 * @param model model.json, or the folder that it lies in
 * @throws InputError for what is no such file, for one of another format, and for shards that are missing or cut
 */
export async function readSavedModel(model: string): Promise<SavedModel> {
  const action = `trace ${model}`;
  return withDiskErrors(action, async () => {
    const path = await findModel(model);
    const json = await readFields(path, action);
    const { modelTopology } = json;
    if (!object.holds(modelTopology)) {
      throw new InputError(
        `Cannot ${action}: it must be a TensorFlow.js model, with a modelTopology, received ${show(Object.keys(json))}.`,
      );
    }
    const format = formatOf(json, modelTopology, action);
    const { data, specs, files } = await readWeights(path, json.weightsManifest, action);
    const artifacts = {
      modelTopology,
      weightSpecs: specs,
      weightData: data,
      // tfjs needs no more of the rest: a training config may name a loss that tfjs does not have.
      ...Object.fromEntries(KEPT.filter((key) => json[key] !== undefined).map((key) => [key, json[key]])),
    } as io.ModelArtifacts;
    const own = specs.filter(({ group }) => group !== 'optimizer');
    const parameters = own.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
    return { path, format, artifacts, parameters, files: [path, ...files] };
  });
}

const KEPT = ['signature', 'userDefinedMetadata', 'modelInitializer', 'initializerSignature'];

async function findModel(model: string): Promise<string> {
  const found = await stat(model).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new InputError(
      `Cannot trace ${model}: there must be a model.json, or a folder with one, but there is neither.`,
    );
  });
  if (!found.isDirectory()) return model;
  const inside = join(model, 'model.json');
  const file = await stat(inside).catch(() => undefined);
  if (file?.isFile()) return inside;
  throw new InputError(
    `Cannot trace ${model}: the folder must have a model.json, but has none; tensorflowjs_converter makes one from a Python model.`,
  );
}

async function readFields(path: string, action: string): Promise<Fields> {
  const written = await readFile(path, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(written);
  } catch {
    throw new InputError(
      `Cannot ${action}: it must be the model.json of a TensorFlow.js model, but is not JSON; tensorflowjs_converter makes one from a Python model.`,
    );
  }
  if (object.holds(json)) return json;
  throw new InputError(`Cannot ${action}: it must be the model.json of a TensorFlow.js model, received ${show(json)}.`);
}

/** Old files do not say their format: a graph has nodes. */
function formatOf({ format }: Fields, topology: Fields, action: string): ModelFormat {
  const found = format ?? ('node' in topology ? 'graph-model' : 'layers-model');
  const known = oneOf(FORMATS);
  if (known.holds(found)) return found;
  throw new InputError(`Cannot ${action}: its format must be ${known.words}, received ${show(found)}.`);
}

interface Weights {
  data: ArrayBuffer;
  specs: io.WeightsManifestEntry[];
  files: string[];
}

async function readWeights(path: string, manifest: unknown, action: string): Promise<Weights> {
  const groups = listOf(object);
  if (!groups.holds(manifest)) {
    throw new InputError(`Cannot ${action}: its weightsManifest must be a list, received ${show(manifest)}.`);
  }
  const read = await Promise.all(manifest.map((group) => readGroup(dirname(path), group, action)));
  const all = Buffer.concat(read.flatMap(({ shards }) => shards));
  const data = all.buffer.slice(all.byteOffset, all.byteOffset + all.length) as ArrayBuffer;
  return { data, specs: read.flatMap(({ specs }) => specs), files: read.flatMap(({ files }) => files) };
}

/** Weights whose shards are read end to end. */
async function readGroup(folder: string, { paths, weights }: Fields, action: string) {
  const names = listOf(text);
  if (!names.holds(paths) || !listOf(object).holds(weights)) {
    throw new InputError(
      `Cannot ${action}: its weightsManifest must list paths and weights, received ${show({ paths, weights })}.`,
    );
  }
  const specs = weights.map((weight) => checkWeight(weight, action));
  const files = paths.map((shard) => resolve(folder, shard));
  const shards = await Promise.all(files.map((file, i) => readShard(file, paths[i]!, action)));
  const sizes = specs.map(bytesOf);
  // Texts say their own lengths.
  if (sizes.every((size) => size !== undefined)) {
    const wanted = sizes.reduce((sum, size) => sum + size!, 0);
    const found = shards.reduce((sum, { length }) => sum + length, 0);
    if (wanted !== found) {
      const which = paths.length === 1 ? paths[0] : `the shards ${paths[0]} to ${paths.at(-1)}`;
      const together = paths.length === 1 ? '' : ' together';
      throw new InputError(
        `Cannot ${action}: ${which} must hold ${wanted} bytes${together}, received ${found}; copy the model again.`,
      );
    }
  }
  return { shards, specs, files };
}

async function readShard(file: string, name: string, action: string): Promise<Buffer> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new InputError(`Cannot ${action}: the shard ${name} must lie beside model.json, but is not there.`);
  });
}

function checkWeight(weight: Fields, action: string): io.WeightsManifestEntry {
  const { name, shape, dtype } = weight;
  const sides = Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (text.holds(name) && sides && text.holds(dtype)) return weight as unknown as io.WeightsManifestEntry;
  throw new InputError(`Cannot ${action}: a weight must have a name, a shape and a dtype, received ${show(weight)}.`);
}

/** Bytes of a weight as it is stored; undefined for text. @throws InputError for another dtype. */
function bytesOf({ name, shape, dtype, quantization }: io.WeightsManifestEntry): number | undefined {
  const stored = quantization?.dtype ?? dtype;
  if (stored === 'string') return undefined;
  const width = WIDTHS[stored];
  if (width !== undefined) return width * shape.reduce((product, side) => product * side, 1);
  throw new InputError(
    `Cannot read the weight ${name}: its dtype must be ${oneOf(Object.keys(WIDTHS)).words}, received ${show(stored)}.`,
  );
}
