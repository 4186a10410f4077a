/**
 * A feature network of the user's, from any framework: one input of images [N, C, H, W], float32 or uint8, and an output of
 * a vector for each, [N, D] or [N, D, 1, 1], as Inception and RadImageNet are exported. It is opened, and called once,
 * before any picture is sampled.
 *
 * Images are resized where the file fixes another size, and gray ones are repeated in three channels where it wants
 * colour. Range: what the file's metadata say under `image_range`, else what is asked for, else -1 to 1.
 */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { check, type ImageShape, InputError, oneOf, onnxReason, readOnnxFacts } from '@onnoise/scheduler';
import * as ort from 'onnxruntime-node';
import { diskReason } from '../../files/disk-errors.ts';
import { type Extractor, extractFeatures } from './extract.ts';
import { FEATURE_RANGES, type FeatureRange, RANGE_KEY } from './range.ts';

const ACTION = 'open the feature model';

/** @param rule completes "must" */
function refuse(path: string, rule: string): never {
  throw new InputError(`Cannot ${ACTION}: ${path} must ${rule}.`);
}

/**
 * Opens a file for images of a shape.
 * @param range what black and white are; undefined: as the file says
 * @throws InputError for a file that is no such network, or does not go with the images.
 */
export async function openFeatureFile(
  path: string,
  shape: ImageShape,
  range: FeatureRange | undefined,
): Promise<{ extractor: Extractor; width: number; metadata: Readonly<Record<string, string>> }> {
  const metadata = await readMetadata(path);
  const session = await openSession(path);
  try {
    const input = inputOf(session, path, shape);
    const extractor: Extractor = {
      session,
      name: basename(path),
      input,
      range: rangeOf(path, input.type, metadata[RANGE_KEY], range),
      features: outputOf(session, path),
    };
    return { extractor, width: await trial(extractor, path, shape), metadata };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function readMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  const found = await stat(path).catch((error) =>
    refuse(path, `be an ONNX file, ${diskReason(error) ?? error.message}`),
  );
  if (!found.isFile()) refuse(path, 'be an ONNX file, received a folder');
  const { fault, metadata } = await readOnnxFacts(await openAsBlob(path));
  if (fault !== undefined) refuse(path, `be an ONNX file, received ${fault}`);
  return metadata;
}

export async function openSession(path: string): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(path, { logSeverityLevel: 4 });
  } catch (error) {
    return refuse(path, `be an ONNX file that onnxruntime can run, received "${onnxReason(error)}"`);
  }
}

function inputOf(session: ort.InferenceSession, path: string, shape: ImageShape): Extractor['input'] {
  const inputs = session.inputMetadata;
  if (inputs.length !== 1) {
    const names = inputs.map(({ name }) => name).join(', ') || 'none';
    refuse(path, `have one input, the images, received ${names}`);
  }
  const [port] = inputs as [ort.InferenceSession.ValueMetadata];
  const words = 'take images as float32 or uint8 [N, C, H, W]';
  if (!port.isTensor) refuse(path, `${words}, received another kind of value`);
  const { name, type, shape: dims } = port;
  const received = `${type} [${dims.map((side) => (side === '' ? '?' : side)).join(', ')}]`;
  if (type === 'string') refuse(path, `${words}, received a model that wants text`);
  if ((type !== 'float32' && type !== 'uint8') || dims.length !== 4) refuse(path, `${words}, received ${received}`);
  const fixed = (axis: number) => (typeof dims[axis] === 'number' && dims[axis] > 0 ? dims[axis] : undefined);
  const channels = fixed(1) ?? shape[0];
  if (channels !== 1 && channels !== 3) {
    const layout = fixed(3) === 1 || fixed(3) === 3 ? ': the channels come last' : '';
    refuse(path, `${words} of 1 or 3 channels, received ${received}${layout}`);
  }
  if (channels === 1 && shape[0] === 3) {
    refuse(path, `take the 3 channels of the data, received a model of 1 channel; gray data are made by --channels 1`);
  }
  return { name, type, shape: [channels, fixed(2) ?? shape[1], fixed(3) ?? shape[2]], batch: fixed(0) };
}

function rangeOf(path: string, type: string, said: string | undefined, asked: FeatureRange | undefined): FeatureRange {
  const own = said === undefined ? undefined : check(ACTION, `${RANGE_KEY} of ${path}`, oneOf(FEATURE_RANGES), said);
  if (asked !== undefined && own !== undefined && asked !== own) {
    throw new InputError(
      `Cannot ${ACTION}: --feature-range must be ${own}, as ${path} itself says, received ${asked}.`,
    );
  }
  const range = asked ?? own;
  if (type !== 'uint8') return range ?? '-1,1';
  if (range !== undefined && range !== '0,255') {
    throw new InputError(
      `Cannot ${ACTION}: --feature-range must be 0,255 for ${path}, which takes uint8, received ${range}.`,
    );
  }
  return '0,255';
}

/** Names of an output that is a feature, the likeliest first. */
const FEATURE_NAMES = [/^features?$/i, /^embeddings?$/i, /feature/i, /pool/i, /embed/i];

function outputOf({ outputMetadata }: ort.InferenceSession, path: string): string {
  const vectors = outputMetadata.filter((port) => port.isTensor && port.type === 'float32' && isVector(port.shape));
  const [only] = vectors;
  if (vectors.length === 1) return only!.name;
  for (const pattern of FEATURE_NAMES) {
    const found = vectors.find(({ name }) => pattern.test(name));
    if (found) return found.name;
  }
  const listed = outputMetadata.map((port) => {
    return port.isTensor ? `${port.name} ${port.type} [${port.shape.join(', ')}]` : port.name;
  });
  return refuse(
    path,
    `give one vector for each image, float32 [N, D] or [N, D, 1, 1], or name one of several features, pool or embedding, received ${listed.join('; ')}`,
  );
}

const isVector = (dims: readonly (number | string)[]): boolean =>
  dims.length === 2 ||
  (dims.length === 4 && [dims[2], dims[3]].every((side) => typeof side === 'string' || side === 1));

/** Calls it on gray images. @returns D */
async function trial(extractor: Extractor, path: string, shape: ImageShape): Promise<number> {
  const [channels, height, width] = shape;
  const count = 2;
  const pixels = new Uint8Array(count * channels * height * width).fill(128);
  const { input } = extractor;
  try {
    return (await extractFeatures(extractor, shape, { shape, count, pixels })).width;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const size = `${input.shape.slice(1).join(' x ')}`;
    return refuse(path, `run on images of ${size}, received "${onnxReason(error)}"`);
  }
}
