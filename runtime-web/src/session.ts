/**
 * A U-Net in ONNX: opening it and checking that it is one of ours.
 *
 * Inputs `sample` [N, C, H, W] float32, `timestep` [N] float32 and, for a conditional network, `class_labels` [N] int64;
 * output `out_sample` [N, C, H, W] float32.
 */
import { InputError, onnxReason } from '@onnoise/scheduler';
import type { InferenceSession } from 'onnxruntime-web';
import type { Artefact } from './artefact.ts';
import type { Device } from './device.ts';
import type { Ort } from './ort.ts';

/** onnxruntime's own messages on the console: none, what goes wrong is thrown. */
const FATAL_ONLY = 4;

/** @throws InputError when onnxruntime cannot read the file, or it is not a network of this shape. */
export async function openSession(
  ort: Ort,
  onnx: Uint8Array,
  device: Device,
  artefact: Artefact,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(onnx, { logSeverityLevel: FATAL_ONLY, ...options });
  } catch (error) {
    const message = onnxReason(error);
    if (message.startsWith('no available backend')) {
      throw new InputError(`Cannot load the runtime: onnxruntime-web must start on ${device}, received "${message}".`);
    }
    throw new InputError(
      `Cannot load the model: unet/model.onnx must be a network that runs on ${device}, received "${message}".`,
      { cause: error },
    );
  }
  const complaint = checkSignature(session, artefact);
  if (complaint === undefined) return session;
  await session.release();
  throw new InputError(`Cannot load the model: unet/model.onnx ${complaint}.`);
}

/** What is wrong with the inputs and outputs, as the end of a sentence about the file; undefined when nothing is. */
function checkSignature(session: InferenceSession, { shape, classes }: Artefact): string | undefined {
  const inputs = new Map(session.inputMetadata.map((value) => [value.name, value]));
  const wanted: [name: string, type: string, dims: (number | 'N')[]][] = [
    ['sample', 'float32', ['N', ...shape]],
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
  return checkValue(output, 'float32', ['N', ...shape]);
}

function checkValue(value: InferenceSession.ValueMetadata, type: string, dims: (number | 'N')[]): string | undefined {
  if (!value.isTensor) return `must have a tensor for ${value.name}, received another type`;
  const shape = [...value.shape];
  const fits =
    value.type === type &&
    shape.length === dims.length &&
    dims.every((side, i) => typeof shape[i] === 'string' || (side !== 'N' && shape[i] === side));
  if (fits) return undefined;
  const said = shape.map((side) => (side === '' ? '?' : side)).join(', ');
  return `must have ${value.name} as ${type} [${dims.join(', ')}] with N free, received ${value.type} [${said}]`;
}
