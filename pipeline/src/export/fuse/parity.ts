/**
 * The check that the fused graph makes the pictures of sampling step by step: both run on onnxruntime's CPU provider, with
 * the table that is written beside it.
 */

import { createSession, Tensor } from '@onnoise/runtime-node/onnxruntime';
import { type Denoiser, denoiserOf, InputError, PACKED_COLUMNS, packTable, sampleImages } from '@onnoise/scheduler';
import {
  type ConditionImage,
  completeConditionImages,
  conditionRows,
  encodeConditions,
  exampleConditionImage,
  extraInputs,
  inputTensors,
  type NetworkShape,
  nullRow,
} from '@onnoise/scheduler/model';
import type { FusedTable } from './table-file.ts';

/** Largest difference that passes, for pictures within 1. */
const FUSED_LIMIT = 1e-5;
const SEEDS = [1, 2 ** 32 + 2];
/** Rows that are compared at most: a table of a thousand would take longer than the export. */
const MOST_ROWS = 50;

export interface FusedParity {
  /** The largest absolute difference. */
  difference: number;
  /** The largest absolute value of the pictures. */
  largest: number;
}

interface Compared {
  /** `unet/model.onnx` */
  network: Uint8Array;
  /** `fused/loop.onnx` */
  graph: Uint8Array;
  unet: NetworkShape;
  table: FusedTable;
}

/** @throws InputError, "Cannot `action`", where the graph's pictures are further away than they may be */
export async function requireFusedParity(
  action: string,
  { network, graph, unet, table: { table: whole, guidance } }: Compared,
): Promise<FusedParity> {
  const table = { table: { ...whole, rows: whole.rows.slice(0, MOST_ROWS) }, guidance };
  const expected = await stepByStep(network, unet, table);
  const actual = await inOneCall(graph, unet, table);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = expected.reduce((most, value, i) => {
    const apart = Math.abs(value - actual[i]!);
    return Math.max(most, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }, 0);
  const limit = FUSED_LIMIT * Math.max(1, largest);
  if (actual.length !== expected.length || !(difference <= limit)) {
    throw new InputError(
      `Cannot ${action}: the pictures of the fused graph must be within ${Number(limit.toPrecision(2))} of those made step by step, received ${difference.toExponential(1)}. Nothing was written.`,
    );
  }
  return { difference, largest };
}

/** The last class with the least numbers, and the first with the largest. */
function rowsOf(unet: NetworkShape): Float32Array[] {
  const { classes, conditions: specs = [], conditionImage } = unet;
  const ends = (['min', 'max'] as const).map((end) => specs.map((spec) => spec[end]));
  const told = {
    ...(classes > 0 && { labels: [classes - 1, 0] }),
    conditions: ends.map((numbers) => encodeConditions(specs, numbers)),
    conditionImages: conditionImage && exampleRows(conditionImage, SEEDS.length),
  };
  return conditionRows(extraInputs(unet), told, SEEDS.length);
}

const exampleRows = (spec: ConditionImage, count: number): Float32Array[] =>
  completeConditionImages('compare the graphs', spec, exampleConditionImage(spec), { count, optional: false })!;

const tensorsOf = (unet: NetworkShape, rows: readonly Float32Array[]): Record<string, Tensor> =>
  Object.fromEntries(
    inputTensors(extraInputs(unet), rows).map(({ name, type, values, dims }) => [name, new Tensor(type, values, dims)]),
  );

async function stepByStep(network: Uint8Array, unet: NetworkShape, { table, guidance }: FusedTable) {
  const session = await createSession(network, { logSeverityLevel: 3 });
  const create = (rows: readonly Float32Array[]): Denoiser => {
    const told = tensorsOf(unet, rows);
    return async (x, timesteps) => {
      const sample = new Tensor('float32', x, [rows.length, ...unet.shape]);
      const timestep = new Tensor('float32', timesteps, [rows.length]);
      return (await session.run({ sample, timestep, ...told })).out_sample!.data as Float32Array;
    };
  };
  const denoise = denoiserOf(rowsOf(unet), { absent: nullRow(extraInputs(unet)), guidance }, create);
  return sampleImages({ table, shape: unet.shape, seeds: SEEDS, denoise }).finally(() => session.release());
}

async function inOneCall(graph: Uint8Array, unet: NetworkShape, { table, guidance }: FusedTable) {
  const session = await createSession(graph, { logSeverityLevel: 3 });
  const feeds = {
    table: new Tensor('float64', packTable(table, guidance), [table.rows.length, PACKED_COLUMNS.length]),
    seed: new Tensor('int64', BigInt64Array.from(SEEDS, BigInt), [SEEDS.length]),
    ...tensorsOf(unet, rowsOf(unet)),
    ...(unet.nullCondition && { guidance: new Tensor('float64', [guidance?.scale ?? 1], [1]) }),
  };
  const { images } = await session.run(feeds).finally(() => session.release());
  return images!.data as Float32Array;
}
