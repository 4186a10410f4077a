/**
 * Every kernel row against tfjs' own kernel: each case is one line of a table, tried in several layouts.
 * The first two layouts of many rows share a graph; all layouts, row by row, are long.
 * Rows are in rows/, by family as in tracer/src/kernels.
 */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, runEager, runGraph, type TracedFunction } from '#test/models/traced.ts';
import { kernels } from '#tracer/kernels/index.ts';
import { trace } from '#tracer/tracing/trace.ts';
import { arithmetic } from './rows/arithmetic.ts';
import { boxes } from './rows/boxes.ts';
import { channelsFirst } from './rows/channels-first.ts';
import { convolution } from './rows/convolution.ts';
import { cropping } from './rows/crop.ts';
import { depthwiseGradients } from './rows/depthwise-gradient.ts';
import { dilation } from './rows/dilation.ts';
import { einsum } from './rows/einsum.ts';
import { elementwise } from './rows/elementwise.ts';
import { fused } from './rows/fused.ts';
import { gathering } from './rows/gather.ts';
import { matmul } from './rows/matmul.ts';
import { maxPoolGradient } from './rows/max-pool-gradient.ts';
import { movement } from './rows/movement.ts';
import { ordering } from './rows/order.ts';
import { pooling } from './rows/pooling.ts';
import { rearranging } from './rows/rearrange.ts';
import { reductions } from './rows/reduction.ts';
import { resizing } from './rows/resize.ts';
import { responseNormalization } from './rows/response-normalization.ts';
import { constantVariant, type KernelRow, together, variantsOf } from './rows/row.ts';
import { transforms } from './rows/transform.ts';
import { volumes } from './rows/volume.ts';
import { volumePooling } from './rows/volume-pooling.ts';

const families = {
  elementwise,
  reductions,
  movement,
  matmul,
  convolution,
  pooling,
  fused,
  arithmetic,
  channelsFirst,
  cropping,
  boxes,
  depthwiseGradients,
  dilation,
  einsum,
  gathering,
  maxPoolGradient,
  ordering,
  rearranging,
  resizing,
  responseNormalization,
  transforms,
  volumes,
  volumePooling,
};

/** A constant output needs an Identity to get its name; a repetitive one is smaller as an Expand or a Tile. */
const FREE = new Set(['Identity', 'Expand', 'Tile']);

/** All variants in one graph, which is faster; after a failure one by one, to find the variant. */
async function check(row: KernelRow, seed: number): Promise<void> {
  const variants = variantsOf(row, seed);
  try {
    const { inputs, fn } = together(variants);
    expectSame(await runGraph(trace(fn, inputs), inputs), runEager(fn, inputs), row);
  } catch (failure) {
    for (const { title, inputs, fn } of variants) {
      try {
        expectSame(await runGraph(trace(fn, inputs), inputs), runEager(fn, inputs), row);
      } catch (error) {
        throw new Error(`${title}: ${(error as Error).message}`, { cause: error });
      }
    }
    throw failure;
  }
}

/** A session takes longer than what it runs, and one of many hundred outputs longer again. */
const ROWS_AT_ONCE = 10;

/** In logical order and stored in reverse. All rows in one graph; after a failure row by row, to find the variant. */
async function checkTogether(rows: readonly KernelRow[], seed: number): Promise<void> {
  const all = rows.map((row, i) => variantsOf(row, seed + i).slice(0, 2));
  const { inputs, fn } = together(
    all.flatMap((variants, i) => variants.map((one) => ({ ...one, title: `row ${i}` + `, ${one.title}` }))),
  );
  try {
    const actual = await runGraph(trace(fn, inputs), inputs);
    const expected = runEager(fn, inputs);
    const of = (results: typeof actual, i: number) =>
      Object.fromEntries(Object.entries(results).filter(([name]) => name.includes(`, row ${i}, `)));
    for (const [i, row] of rows.entries()) expectSame(of(actual, i), of(expected, i), row);
  } catch (failure) {
    for (const [i, row] of rows.entries()) {
      await check(row, seed + i).catch((error: Error) => {
        throw new Error(`${row.kernel}, ${row.title}: ${error.message}`, { cause: error });
      });
    }
    throw failure;
  }
}

describe.each(Object.entries(families))('kernel rows: %s', (_, rows) => {
  it('agree with tfjs, in logical order and stored in reverse', async () => {
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      await checkTogether(rows.slice(at, at + ROWS_AT_ONCE), at + 1);
    }
  });

  it.each(rows.map((row, i) => [row.kernel, row.title, row, i] as const))(
    '%s agrees with tfjs: %s',
    { tags: 'long' },
    async (_kernel, _title, row, i) => {
      await check(row, i + 1);
    },
  );

  it('compute nothing at run time when all operands are constants', async () => {
    const fns = rows.map((row) => constantVariant(row, 1));
    for (const [i, { kernel, title }] of rows.entries()) {
      const ops = trace(fns[i]!, []).nodes.map(({ op }) => op);
      expect(
        ops.filter((op) => !FREE.has(op)),
        `${kernel}: ${title}`,
      ).toEqual([]);
    }
    // in one graph, since a session takes longer than what it runs
    const all: TracedFunction = () =>
      Object.fromEntries(
        fns.flatMap((fn, i) => Object.entries(fn({})).map(([name, tensor]) => [`${i}.${name}`, tensor])),
      );
    const actual = Object.entries(await runGraph(trace(all, []), []));
    for (const [i, row] of rows.entries()) {
      const own = actual.filter(([name]) => name.startsWith(`${i}.`));
      expectSame(
        Object.fromEntries(own.map(([name, result]) => [name.split('.')[1]!, result])),
        runEager(fns[i]!, []),
        row,
      );
    }
  });
});

describe('kernel rows', () => {
  const rows = Object.values(families).flat();

  it('each have a case in the table, and so do the fills', () => {
    const tested = new Set(rows.map(({ kernel }) => kernel));
    const wanted = [...Object.keys(kernels), 'Fill', 'ZerosLike', 'OnesLike', 'Range', 'LinSpace'];
    expect(wanted.filter((kernel) => !tested.has(kernel))).toEqual([]);
  });

  it('are the kernels that their cases run', async () => {
    tf.setBackend('cpu');
    for (const row of rows) {
      const fn = constantVariant(row, 1);
      const { kernelNames } = await tf.profile(() => tf.tidy(() => Object.values(fn({}))));
      expect(kernelNames, `${row.kernel}: ${row.title}`).toContain(row.kernel);
    }
  });
});
