/**
 * Runs the parts of a batch in parallel. onnxruntime spreads every operator of a call over all cores and waits for the
 * slowest core each time; with small images that is much of the time. Parts on their own sessions and threads wait for
 * each other only once per call.
 *
 * A single image still uses the session that has all cores, and every part holds another copy of the weights. So only
 * networks up to `LARGEST` have parts, and only if a measurement at the start finds them faster.
 */

import { stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { conditionRows, extraInputs, type NetworkShape } from '@onnoise/scheduler/model';
import type { RunBatch } from '../batching/batcher.ts';
import type { DeviceReport } from '../choose.ts';
import { usableCores } from '../cores.ts';
import type { DeviceChoice } from '../devices.ts';
import type { ModelFolder } from '../model-folder.ts';
import type { InferenceSession } from '../onnxruntime.ts';
import { openModel } from '../open-model.ts';
import { imageSize } from '../pictures/pixels.ts';
import { createDenoiser, openSession } from '../session.ts';
import { type PartThread, startPart } from './part-thread.ts';

export interface ServedNetwork {
  run: RunBatch;
  report: DeviceReport;
  /** What was measured, for an engine that opens the same network, or one like it, after this one. */
  measured?: Measured | undefined;
}

export interface Measured {
  /** Of the network's file. */
  bytes: number;
  /** How many times as fast a full batch is in parts. */
  faster: number;
}

/** Most bytes of a network that may be loaded several times. */
const LARGEST = 64 * 1024 * 1024;
const MOST_PARTS = 16;
/** Calls in a row, of which the quickest counts, and how often the two sides take turns. */
const CALLS = 6;
const TURNS = 2;

/**
 * Opens a network for batches of up to `maxBatch` images.
 * @param known what an engine before it measured, for a file of the same size: it saves the measurement
 * @param rest milliseconds between the sessions that it opens. Default: 0
 * @throws InputError as `loadModel` does.
 */
export async function serveNetwork(
  artefact: ModelFolder,
  device: DeviceChoice,
  maxBatch: number,
  known?: Measured,
  rest = 0,
): Promise<ServedNetwork> {
  const { onnx, shape, classes, nullCondition, conditions, conditionImage } = artefact;
  const unet = { shape, classes, nullCondition, conditions, conditionImage };
  await wait(rest);
  const { session, report } = await openModel(artefact, device);
  const whole = runOn(session, unet);
  const count = Math.min(usableCores(), maxBatch, MOST_PARTS);
  const bytes = (await stat(onnx)).size;
  if (report.device !== 'cpu' || count < 2 || bytes > LARGEST) return { run: whole, report };
  const before = known?.bytes === bytes ? known : undefined;
  if (before && before.faster <= 1) return { run: whole, report, measured: before };

  const threads = Math.max(1, Math.floor(usableCores() / count));
  const largest = Math.ceil(maxBatch / count);
  const others = await Promise.all(
    Array.from({ length: count - 1 }, async (_, i) => {
      await wait((i + 1) * rest);
      return startPart({ onnx, unet, threads, largest });
    }),
  );
  await wait(rest);
  const own = await openSession(onnx, 'cpu', unet, threads);
  const parts = inParts(runOn(own, unet), others);
  const faster = before?.faster ?? (await compare(parts, whole, unet, maxBatch));
  const measured = { bytes, faster };
  if (faster <= 1) {
    for (const other of others) other.stop();
    await own.release();
    return { run: whole, report, measured };
  }
  const reason = `${report.reason}; batches in ${count} parallel parts, ${faster.toFixed(2)} times as fast`;
  /** Parts of unequal sizes wait for the largest: the gain must exceed that cost. */
  const isFaster = (n: number) => n > 1 && (Math.ceil(n / count) * count) / n < faster;
  const run: RunBatch = (x, timesteps, rows) => (isFaster(rows.length) ? parts : whole)(x, timesteps, rows);
  return { run, report: { ...report, reason }, measured };
}

function runOn(session: InferenceSession, unet: NetworkShape): RunBatch {
  return (x, timesteps, rows) => createDenoiser(session, unet, rows)(x, timesteps, 0);
}

/** Runs parts whose sizes differ by at most one image, the first on this thread. */
export function inParts(own: RunBatch, others: readonly PartThread[]): RunBatch {
  return async (x, timesteps, rows) => {
    const n = rows.length;
    const size = x.length / n;
    const count = Math.min(others.length + 1, n);
    const bounds = Array.from({ length: count + 1 }, (_, i) => Math.ceil((i * n) / count));
    const part = (i: number) => {
      const [from, to] = [bounds[i]!, bounds[i + 1]!];
      return [x.subarray(from * size, to * size), timesteps.subarray(from, to), rows.slice(from, to)] as const;
    };
    const busy = others.slice(0, count - 1);
    for (const [i, thread] of busy.entries()) thread.begin(...part(i + 1));
    const output = new Float32Array(x.length);
    // A call that fails here must not leave the others busy when the next batch comes.
    const mine = await own(...part(0)).catch((error: unknown) => error);
    const rest = busy.map((thread) => thread.end());
    const failed = [mine, ...rest].find((result) => !(result instanceof Float32Array));
    if (failed !== undefined) throw failed;
    for (const [i, result] of [mine, ...rest].entries()) output.set(result as Float32Array, bounds[i]! * size);
    return output;
  };
}

/** How many times as fast one is as the other on full batches. */
async function compare(one: RunBatch, other: RunBatch, unet: NetworkShape, batch: number): Promise<number> {
  const x = new Float32Array(batch * imageSize(unet.shape));
  const rows = conditionRows(extraInputs(unet), {}, batch);
  const quickest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // Calls in a row: after a call onnxruntime's threads spin for a while, and would slow the other side down.
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, run] of [one, other].entries()) {
      for (let call = 0; call < CALLS; call++) {
        const begin = performance.now();
        await run(x, new Float32Array(batch), rows);
        quickest[i] = Math.min(quickest[i]!, performance.now() - begin);
      }
    }
  }
  return quickest[1]! / quickest[0]!;
}
