/**
 * All of sampling in one call, where a model folder has a fused graph: `fused/loop.onnx` of `pipeline convert --fuse loop`.
 * On a GPU the images then stay there between the steps. It makes the pictures that sampling step by step makes.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKED_COLUMNS, packTable } from '@onnoise/scheduler';
import { conditionRows, extraInputs, inputTensors, LOADING, onnxReason, readOnnxFacts } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import type { DeviceReport } from './choose.ts';
import type { Device } from './devices.ts';
import { bytesIn, type ModelFolder } from './model-folder.ts';
import { FATAL_ONLY } from './onnx-session.ts';
import { createSession, type InferenceSession, Tensor } from './onnxruntime.ts';
import { imageSize } from './pictures/pixels.ts';
import type { SampleRequest } from './request.ts';
import { type SampleCallbacks, type Samples, samplesOf } from './sample.ts';

const LOOP = 'fused/loop.onnx';

/**
 * Opens a folder's loop on the device that its network is on: where it is asked for, by default on `cuda`.
 * @returns the report with what became of it. A loop that is not asked for and does not fit is passed by.
 * @throws InputError for one that is asked for, and missing or not fit for the folder or the device.
 */
export async function chooseLoop(
  unet: ModelFolder,
  report: DeviceReport,
  asked: boolean | undefined,
): Promise<{ loop?: InferenceSession; report: DeviceReport }> {
  if (!(asked ?? report.device === 'cuda')) return { report };
  const said = (what: string): DeviceReport => ({ ...report, reason: `${report.reason}; ${what}` });
  try {
    const loop = await openLoop(unet, report.device);
    if (loop) return { loop, report: said('all steps in one call') };
  } catch (error) {
    if (asked || !(error instanceof InputError)) throw error;
    return { report: said(`step by step: ${error.message.replace(/\.$/, '')}`) };
  }
  if (!asked) return { report };
  return refuse(
    LOADING,
    'fused',
    `false for a folder without ${LOOP}, which pipeline convert --fuse loop writes`,
    true,
  );
}

/** @returns undefined where the folder has none. */
async function openLoop(unet: ModelFolder, device: Device): Promise<InferenceSession | undefined> {
  const path = join(unet.folder, ...LOOP.split('/'));
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const { fault, metadata } = await bytesIn(file)
    .then(readOnnxFacts)
    .finally(() => file.close());
  const complain = (received: string): never => {
    throw new InputError(
      `Cannot ${LOADING}: ${path} must be as pipeline convert --fuse writes it for ${unet.onnx}, received ${received}.`,
    );
  };
  if (fault !== undefined) complain(fault);
  if (metadata.columns !== PACKED_COLUMNS.join(',')) complain('one of another version');
  if (metadata.network_sha256 !== (await hashOf(unet.onnx))) complain('one of another network');
  try {
    const options = {
      executionProviders: [device],
      graphOptimizationLevel: 'all',
      logSeverityLevel: FATAL_ONLY,
    } as const;
    return await createSession(path, options);
  } catch (error) {
    return complain(`"${onnxReason(error)}" from onnxruntime on ${device}`);
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/** Whether the loop makes these pictures: it starts from seeds' own noise, and shows no step. */
export const fitsLoop = (
  { from, latents, seeds }: Pick<SampleRequest, 'from' | 'latents' | 'seeds'>,
  { onStep }: Pick<SampleCallbacks, 'onStep'>,
): boolean =>
  from === undefined &&
  latents === undefined &&
  onStep === undefined &&
  seeds.every((seed) => typeof seed === 'number');

/**
 * Samples batch after batch, one call each; between them `signal` is looked at and progress told.
 * @returns undefined where a picture is not finite: sampling step by step says which and when.
 */
export async function sampleByLoop(
  session: InferenceSession,
  request: SampleRequest,
  unet: ModelFolder,
  { onProgress, signal }: SampleCallbacks,
): Promise<Samples | undefined> {
  const { seeds, table, guidance, batch } = request;
  const size = imageSize(unet.shape);
  const rows = conditionRows(extraInputs(unet), request, seeds.length);
  const fixed = {
    table: new Tensor('float64', packTable(table, guidance), [table.rows.length, PACKED_COLUMNS.length]),
    ...(unet.nullCondition && { guidance: new Tensor('float64', [guidance?.scale ?? 1], [1]) }),
  };
  const images = new Float32Array(seeds.length * size);
  const calls = table.rows.length;
  const total = Math.ceil(seeds.length / batch) * calls;
  for (let first = 0; first < seeds.length; first += batch) {
    signal?.throwIfAborted();
    const batchSeeds = seeds.slice(first, first + batch) as number[];
    const told = inputTensors(extraInputs(unet), rows.slice(first, first + batch));
    const output = images.subarray(first * size, (first + batchSeeds.length) * size);
    await session.run(
      {
        ...fixed,
        seed: new Tensor('int64', BigInt64Array.from(batchSeeds, BigInt), [batchSeeds.length]),
        ...Object.fromEntries(told.map(({ name, type, values, dims }) => [name, new Tensor(type, values, dims)])),
      },
      { images: new Tensor('float32', output, [batchSeeds.length, ...unet.shape]) },
    );
    if (!output.every(Number.isFinite)) return undefined;
    onProgress?.({ done: (first / batch + 1) * calls, total });
  }
  return samplesOf(request, unet, images);
}
