/**
 * The check that fused graphs make the pictures of sampling step by step: both run on onnxruntime's CPU provider, with the
 * table that is written beside them.
 */

import { createSession, type InferenceSession, Tensor } from '@onnoise/runtime-node/onnxruntime';
import {
  type Denoiser,
  denoiserOf,
  InputError,
  PACKED_COLUMNS,
  packTable,
  sampleImages,
  seededNoise,
} from '@onnoise/scheduler';
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
  sizeOf,
} from '@onnoise/scheduler/model';
import type { FusedKind } from './kinds.ts';
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

/** Runs a fused graph from `SEEDS`' noise. */
type Run = (session: InferenceSession, job: Job) => Promise<Float32Array>;

interface Job {
  unet: NetworkShape;
  table: FusedTable;
  /** What the network is told of the images. */
  told: Record<string, Tensor>;
}

/** @throws InputError, "Cannot `action`", where a graph's pictures are further away than they may be */
export async function requireFusedParity(
  action: string,
  network: Uint8Array,
  graphs: ReadonlyMap<FusedKind, Uint8Array>,
  { unet, table: whole }: Pick<Job, 'unet' | 'table'>,
): Promise<FusedParity> {
  const table = { ...whole, table: { ...whole.table, rows: whole.table.rows.slice(0, MOST_ROWS) } };
  const expected = await stepByStep(network, unet, table);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let difference = 0;
  const told = tensorsOf(unet, rowsOf(unet));
  if (unet.nullCondition) told.guidance = new Tensor('float64', [table.guidance?.scale ?? 1], [1]);
  for (const [kind, bytes] of graphs) {
    const session = await createSession(bytes, { logSeverityLevel: 3 });
    const actual = await RUN[kind](session, { unet, table, told }).finally(() => session.release());
    for (const [i, value] of expected.entries()) {
      const apart = Math.abs(value - actual[i]!);
      difference = Math.max(difference, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
    }
    const limit = FUSED_LIMIT * Math.max(1, largest);
    if (actual.length !== expected.length || !(difference <= limit)) {
      throw new InputError(
        `Cannot ${action}: the pictures of the fused graph ${kind} must be within ${Number(limit.toPrecision(2))} of those made step by step, received ${difference.toExponential(1)}. Nothing was written.`,
      );
    }
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

const packed = ({ table, guidance }: FusedTable) =>
  new Tensor('float64', packTable(table, guidance), [table.rows.length, PACKED_COLUMNS.length]);

/** Draw `draw` of all images. */
function noiseOf({ shape }: NetworkShape, draw: number): Float32Array {
  const size = sizeOf(shape);
  const noise = new Float32Array(SEEDS.length * size);
  for (const [n, seed] of SEEDS.entries()) seededNoise(seed, draw, noise.subarray(n * size, (n + 1) * size));
  return noise;
}

const imagesOf = (session: InferenceSession, feeds: Record<string, Tensor>) =>
  session.run(feeds).then(({ images }) => images!.data as Float32Array);

const RUN: Readonly<Record<FusedKind, Run>> = {
  loop: (session, { table, told }) => {
    const seed = new Tensor('int64', BigInt64Array.from(SEEDS, BigInt), [SEEDS.length]);
    return imagesOf(session, { table: packed(table), seed, ...told });
  },
  'loop-noise': (session, { unet, table, told }) => {
    const draws = Array.from({ length: table.table.rows.length + 1 }, (_, draw) => noiseOf(unet, draw));
    const noise = Float32Array.from(draws.flatMap((values) => [...values]));
    const dims = [draws.length, SEEDS.length, ...unet.shape];
    return imagesOf(session, { table: packed(table), noise: new Tensor('float32', noise, dims), ...told });
  },
  step: async (session, { unet, table, told }) => {
    const dims = [SEEDS.length, ...unet.shape];
    const tensor = (values: Float32Array) => new Tensor('float32', values, dims);
    const rows = packTable(table.table, table.guidance);
    const width = PACKED_COLUMNS.length;
    let sample: Tensor = tensor(noiseOf(unet, 0).map((value) => value * table.table.start));
    let [x0_prev, y]: [Tensor, Tensor] = [
      tensor(new Float32Array(sizeOf(dims))),
      tensor(new Float32Array(sizeOf(dims))),
    ];
    for (let i = 0; i < table.table.rows.length; i++) {
      const row = new Tensor('float64', rows.slice(i * width, (i + 1) * width), [1, width]);
      const feeds = { sample, row, x0_prev, y, noise: tensor(noiseOf(unet, i + 1)), ...told };
      const after = await session.run(feeds);
      [sample, x0_prev, y] = [after.next_sample!, after.x0!, after.next_y!];
    }
    return sample.data as Float32Array;
  },
};
