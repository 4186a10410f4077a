/**
 * A feature network of the user's, from any framework: one input of images [N, C, H, W], float32 or uint8, and an output of
 * a vector for each, [N, D] or [N, D, 1, 1], as Inception and RadImageNet are exported. It is opened, and called once,
 * before any picture is sampled.
 *
 * Images are resized where the file fixes another size, and gray ones are repeated in three channels where it wants
 * colour. Range: what the file's metadata say under `image_range`, else what is asked for, else -1 to 1.
 */
import { openAsBlob } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { diskReason } from '@onnoise/base/files';
import { kindOf } from '@onnoise/base/folders';
import * as ort from '@onnoise/runtime-node/onnxruntime';
import { type ImageShape, onnxReason, readOnnxFacts, sizeOf } from '@onnoise/scheduler/model';
import { check, InputError, oneOf } from '@onnoise/scheduler/rules';
import { createFiller, type Extractor } from './extract.ts';
import { FEATURE_RANGES, type FeatureRange, RANGE_KEY } from './range.ts';

const ACTION = 'open the feature model';

/** @param rule completes "must" */
function refuse(path: string, rule: string): never {
  throw new InputError(`Cannot ${ACTION}: ${path} must ${rule}.`);
}

/**
 * Opens a file for images of a shape.
 * @param given what black and white are; undefined: as the file says
 * @returns the network, and the numbers that it gives for an image
 * @throws InputError for a file that is no such network, or does not go with the images.
 */
export async function openFeatureFile(
  path: string,
  shape: ImageShape,
  given: FeatureRange | undefined,
): Promise<{ extractor: Extractor; width: number }> {
  const metadata = await readMetadata(path);
  const session = await openSession(path);
  try {
    const input = inputOf(session, path, shape);
    const range = rangeOf(path, input.type, metadata[RANGE_KEY], given);
    const called = { session, name: basename(path), input, range };
    const outputs = await trial(called, path, shape);
    const features = outputOf(outputs, path, input.batch ?? TRIED);
    const { data, dims } = outputs[features]!;
    const bad = (data as Float32Array).find((value) => !Number.isFinite(value));
    if (bad !== undefined) refuse(path, `give finite numbers, received ${bad} for a trial image`);
    return { extractor: { ...called, features }, width: dims[1]! };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function readMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  const unreadable = (error: Error) => refuse(path, `be an ONNX file, ${diskReason(error) ?? error.message}`);
  const found = await stat(path).catch(unreadable);
  if (!found.isFile()) refuse(path, `be an ONNX file, received ${found.isDirectory() ? 'a folder' : kindOf(found)}`);
  // A blob does not say why it cannot be read.
  await open(path).then((file) => file.close(), unreadable);
  const { fault, metadata } = await readOnnxFacts(await openAsBlob(path));
  if (fault !== undefined) refuse(path, `be an ONNX file, received ${fault}`);
  return metadata;
}

async function openSession(path: string): Promise<ort.InferenceSession> {
  try {
    return await ort.createSession(path, { logSeverityLevel: 4 });
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
  if (fixed(3) === 3 && fixed(1) !== 3) refuse(path, `${words}, received ${received}, whose channels come last`);
  const channels = fixed(1) ?? shape[0];
  if (channels !== 1 && channels !== 3) {
    refuse(path, `${words} of 1 or 3 channels, received ${received}`);
  }
  if (channels === 1 && shape[0] === 3) {
    refuse(path, `take the 3 channels of the data, received a model of 1 channel`);
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

/** Images of the trial. */
const TRIED = 2;
/** Values of a call's input: 1 GiB as float32. */
const MOST_VALUES = 2 ** 28;

/** Calls it on a pattern: what its outputs are is sure only then. */
async function trial(
  called: Omit<Extractor, 'features'>,
  path: string,
  shape: ImageShape,
): Promise<Readonly<Record<string, ort.Tensor>>> {
  const { session, input } = called;
  const count = input.batch ?? TRIED;
  const values = count * sizeOf(input.shape);
  if (values > MOST_VALUES) {
    const wanted = [count, ...input.shape].join(' x ');
    refuse(path, `take at most ${MOST_VALUES} values a call, received a model that takes ${wanted} = ${values}`);
  }
  const pattern = Uint8Array.from({ length: count * sizeOf(shape) }, (_, i) => (37 * i) % 256);
  const images = createFiller(called, shape, count)(pattern, count);
  try {
    return (await session.run({ [input.name]: images })) as Record<string, ort.Tensor>;
  } catch (error) {
    return refuse(path, `run on images of ${images.dims.slice(1).join(' x ')}, received "${onnxReason(error)}"`);
  }
}

/** Names of an output that is a feature, the likeliest first. */
const FEATURE_NAMES = [/^features?$/i, /^embeddings?$/i, /feature/i, /pool/i, /embed/i];

/** The output that is the features: the only vector, or the one that is named like it. */
function outputOf(outputs: Readonly<Record<string, ort.Tensor>>, path: string, count: number): string {
  const all = Object.entries(outputs);
  const vectors = all.filter(([, tensor]) => isVector(tensor, count)).map(([name]) => name);
  const named = FEATURE_NAMES.map((pattern) => vectors.find((name) => pattern.test(name)));
  const found = vectors.length === 1 ? vectors[0] : named.find((name) => name !== undefined);
  if (found !== undefined) return found;
  const wanted =
    vectors.length === 0
      ? 'give a vector for each image, float32 [N, D] or [N, D, 1, 1]'
      : 'name one of its outputs features, embedding or pool';
  const listed = all.map(([name, { type, dims }]) => `${name} ${type} [${dims.join(', ')}]`);
  return refuse(path, `${wanted}, received ${listed.join('; ')}`);
}

function isVector({ type, dims }: ort.Tensor, count: number): boolean {
  const [rows, width, ...rest] = dims;
  return type === 'float32' && rows === count && (width ?? 0) > 0 && (rest.length === 0 || rest.join() === '1,1');
}
