/**
 * From a saved model of TensorFlow.js to an ONNX file: read, trace, check against tfjs, write. Nothing is written before all of
 * that is done.
 */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { checkWritable, nearestFolder, withDiskErrors, writeWhole } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { encodeModel, type Graph, type GraphReport, reportGraph, TraceError, traceModel } from '@onnoise/tracer';
import type { Parity } from '@onnoise/training/folder';
import * as tf from '@tensorflow/tfjs';
import { checkRanges, embeddedRanges, type Ranges } from './inputs.ts';
import { loadModel, registerLayers } from './load-model.ts';
import { compareWithTfjs } from './parity.ts';
import { type ModelFormat, readSavedModel, type SavedModel } from './read-model.ts';

export interface TraceFileOptions {
  /** model.json, or its folder. */
  model: string;
  /** The .onnx file to write. */
  out: string;
  /** A fixed batch; it stays open when left out, where the model leaves it open. */
  batch?: number | undefined;
  /** Sizes of inputs after the batch, where the model leaves them open. */
  shapes?: Readonly<Record<string, readonly number[]>> | undefined;
  /** What numbers to check inputs with; normal ones when left out, and for whole numbers 0 and 1. */
  ranges?: Ranges | undefined;
  /** A module that registers layers. */
  register?: string | undefined;
  onProgress?: ((progress: { done: number; total: number; note?: string }) => void) | undefined;
}

export interface TraceFileResult {
  format: ModelFormat;
  /** Numbers that the model's weights hold. */
  parameters: number;
  /** Size of the file. */
  bytes: number;
  parity: Parity;
  report: GraphReport;
}

/** protobuf's limit, and so ONNX's, is 2 GiB; a little is left for the graph. */
const MOST_BYTES = 2_000_000_000;
const STAGES = 4;

/** @throws InputError for a model that cannot be read or traced, for a file that cannot be written, and when the check fails */
export async function traceFile(options: TraceFileOptions): Promise<TraceFileResult> {
  const { model, out, ranges = {}, register, onProgress } = options;
  const action = `trace ${model}`;
  return withDiskErrors(action, async () => {
    const report = (done: number, note: string) => onProgress?.({ done, total: STAGES, note });
    report(0, 'reading the model');
    if (!out.endsWith('.onnx')) {
      throw new InputError(
        `Cannot ${action}: --out must be a file whose name ends in .onnx, received ${JSON.stringify(out)}.`,
      );
    }
    const saved = await readSavedModel(model);
    await checkOut(out, saved, action);
    tf.enableProdMode(); // without it, tfjs prints advice to install another backend
    await tf.setBackend('cpu');
    if (register !== undefined) await registerLayers(register);
    const loaded = await loadModel(saved, model);
    try {
      report(1, 'tracing');
      const graph = traced(loaded, options, action);
      const facts = reportGraph(graph);
      checkRanges(action, ranges, facts.inputs);
      if (facts.bytes > MOST_BYTES) {
        throw new InputError(
          `Cannot ${action}: its weights must be at most 2 GB, as an ONNX file holds, received ${facts.bytes} bytes.`,
        );
      }
      const onnx = encodeModel(graph, { source: basename(resolve(model)), format: saved.format });
      report(2, 'comparing with tfjs');
      const all = { ...embeddedRanges(loaded), ...ranges };
      const parity = await compareWithTfjs(action, { model: loaded, onnx, report: facts, ranges: all });
      report(3, 'writing');
      await writeWhole(out, onnx);
      report(STAGES, 'done');
      return { format: saved.format, parameters: saved.parameters, bytes: onnx.length, parity, report: facts };
    } finally {
      loaded.dispose();
    }
  });
}

/** @throws InputError where the file would replace one of the model, or cannot be written; it makes no folder */
async function checkOut(out: string, { files }: SavedModel, action: string): Promise<void> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));
  const target = await real(out);
  const read = await Promise.all(files.map(real));
  if (read.includes(target)) {
    throw new InputError(
      `Cannot ${action}: --out must be another file than those of the model, received ${JSON.stringify(out)}.`,
    );
  }
  const folder = dirname(resolve(out));
  const missing = await stat(folder).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  );
  await checkWritable('--out', missing ? join(await nearestFolder(folder), basename(out)) : out, 'file');
}

/** What the tracer refuses, and what tfjs does, is about the model. */
function traced(model: tf.LayersModel | tf.GraphModel, { batch, shapes }: TraceFileOptions, action: string): Graph {
  try {
    return traceModel(model, { batch, shapes });
  } catch (error) {
    if (error instanceof TraceError) throw new InputError(`${error.message}`, { cause: error });
    const bug = [TypeError, ReferenceError, RangeError].some((kind) => error instanceof kind);
    if (bug || !(error instanceof Error)) throw error;
    const [reason] = error.message.split('\n');
    throw new InputError(`Cannot ${action}: TensorFlow.js must run it, but says: ${reason}`, { cause: error });
  }
}
