/**
 * A U-Net in ONNX: opening the file, checking that it is one of ours, and calling it.
 *
 * Inputs `sample` [N, C, H, W] float32, `timestep` [N] float32 and, for a conditional network, `class_labels` [N] int64;
 * output `out_sample` [N, C, H, W] float32. onnxruntime-node computes on the calling thread: the event loop stands still
 * during a call and turns between calls.
 */
import { type Denoiser, InputError, onnxReason } from '@onnoise/scheduler';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Device } from './devices.ts';
import type { ImageShape } from './pictures/pixels.ts';

/** What the network is said to be by `unet/config.json`. */
export interface UnetShape {
  image: ImageShape;
  /** Number of classes of a conditional network, 0 for an unconditional one. */
  classes: number;
}

/** onnxruntime's own messages on the terminal: none, what goes wrong is thrown. */
const FATAL_ONLY = 4;

/**
 * Opens `unet/model.onnx`.
 * @param threads to compute an operator on; default: onnxruntime's choice, all cores.
 * @throws InputError when onnxruntime cannot read the file, or the file is not a network of this shape.
 */
export async function openSession(
  path: string,
  device: Device,
  unet: UnetShape,
  threads?: number,
): Promise<InferenceSession> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(path, {
      executionProviders: [device],
      graphOptimizationLevel: 'all',
      ...(threads !== undefined && { intraOpNumThreads: threads }),
      logSeverityLevel: FATAL_ONLY,
    });
  } catch (error) {
    throw new InputError(
      `Cannot load model: ${path} must be an ONNX file that onnxruntime can run on ${device}, received "${onnxReason(error)}".`,
    );
  }
  const complaint = checkSignature(session, unet);
  if (complaint === undefined) return session;
  await session.release();
  throw new InputError(`Cannot load model: ${path} ${complaint}.`);
}

/**
 * A function that calls the network on batches of `labels.length` or, unconditional, `count` images.
 * The returned array is the same one at every call: read it before the next.
 */
export function createDenoiser(
  session: InferenceSession,
  unet: UnetShape,
  count: number,
  labels: readonly number[] | undefined,
): Denoiser {
  const dims = [count, ...unet.image]; // [N, C, H, W]
  const output = new Float32Array(dims.reduce((product, side) => product * side, 1));
  const fetches = { out_sample: new Tensor('float32', output, dims) };
  const classLabels = labels && new Tensor('int64', BigInt64Array.from(labels, BigInt), [count]);
  return async (x, timesteps) => {
    await session.run(
      {
        sample: new Tensor('float32', x, dims),
        timestep: new Tensor('float32', timesteps, [count]),
        ...(classLabels && { class_labels: classLabels }),
      },
      fetches,
    );
    return output;
  };
}

/** What is wrong with the inputs and outputs, as the end of a sentence about the file; undefined when nothing is. */
function checkSignature(session: InferenceSession, { image, classes }: UnetShape): string | undefined {
  const inputs = new Map(session.inputMetadata.map((value) => [value.name, value]));
  const wanted: [name: string, type: string, dims: (number | 'N')[]][] = [
    ['sample', 'float32', ['N', ...image]],
    ['timestep', 'float32', ['N']],
    ...(classes > 0 ? [['class_labels', 'int64', ['N']] satisfies [string, string, (number | 'N')[]]] : []),
  ];
  const names = wanted.map(([name]) => name);
  if (inputs.size !== wanted.length || names.some((name) => !inputs.has(name))) {
    return `must have the inputs ${names.join(', ')} that unet/config.json describes, received ${[...inputs.keys()].join(', ')}`;
  }
  for (const [name, type, dims] of wanted) {
    const fault = checkValue(inputs.get(name)!, type, dims);
    if (fault) return fault;
  }
  const output = session.outputMetadata.find(({ name }) => name === 'out_sample');
  if (output === undefined) return `must have the output out_sample, received ${session.outputNames.join(', ')}`;
  return checkValue(output, 'float32', ['N', ...image]);
}

function checkValue(value: InferenceSession.ValueMetadata, type: string, dims: (number | 'N')[]): string | undefined {
  if (!value.isTensor) return `must have a tensor for ${value.name}, received another type`;
  const shape = [...value.shape];
  const fits =
    value.type === type &&
    shape.length === dims.length &&
    dims.every((side, i) =>
      side === 'N' ? typeof shape[i] === 'string' : typeof shape[i] === 'string' || shape[i] === side,
    );
  if (fits) return undefined;
  const said = shape.map((side) => (side === '' ? '?' : side)).join(', ');
  return `must have ${value.name} as ${type} [${dims.join(', ')}] with N free, received ${value.type} [${said}]`;
}
