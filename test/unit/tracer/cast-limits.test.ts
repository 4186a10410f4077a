/** What engines make of floats that int32 cannot hold: the table of docs/trace.md, row by row. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { type Input, runEager, type TracedFunction } from '#test/models/traced.ts';
import { skipBecause } from '#test/skip.ts';
import { encodeModel, trace } from '#tracer/index.ts';

const docs = readFileSync(new URL('../../../docs/trace.md', import.meta.url), 'utf8');
const rows = [...docs.matchAll(/^\| (\S+) +\| (-?\d+) +\| (-?\d+) +\| (-?\d+) +\|$/gm)].map(([, ...cells]) => {
  return cells.map(Number) as [number, number, number, number];
});

// Between others, and with enough copies to fill vector registers: each element is cast by itself.
const values = rows.flatMap(([value], i) => [value, i + 0.9, -i - 0.9]);
const tiled = Array.from({ length: 5 }, () => values).flat();
const expected = (column: 1 | 2 | 3): number[] =>
  Array.from({ length: 5 }, () => rows.flatMap((row, i) => [row[column], i, -i])).flat();

const x: Input = { name: 'x', shape: [tiled.length], dtype: 'float32', data: Float32Array.from(tiled) };
const fn: TracedFunction = (tensors) => ({ y: tf.cast(tensors.x!, 'int32') });

async function runOn({ InferenceSession, Tensor }: typeof node): Promise<Int32Array> {
  const session = await InferenceSession.create(encodeModel(trace(fn, [x])));
  const { y } = await session.run({ x: new Tensor('float32', x.data as Float32Array, [...x.shape]) });
  await session.release();
  return y!.data as Int32Array;
}

const otherProcessor =
  process.arch === 'x64' ? undefined : 'processors but x64 cast otherwise: run on x64 to compare its column';

describe('a float that int32 cannot hold casts as docs/trace.md says', () => {
  it("in tfjs' cpu backend, and where constants are computed while tracing", () => {
    expect(rows.map(([value]) => value)).toEqual([3e9, -3e9, NaN, Infinity, -Infinity]);
    expectClose(runEager(fn, [x]).y!.data, expected(1), { absolute: 0 });
    const graph = trace(() => fn({ x: tf.tensor(tiled) }), []);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Identity']);
    expectClose([...graph.constants.values()][0]!.data as Int32Array, expected(1), { absolute: 0 });
  });

  it('in onnxruntime-node', skipBecause(otherProcessor), async () => {
    expectClose(await runOn(node), expected(2), { absolute: 0 });
  });

  it('in onnxruntime-web', async () => {
    expectClose(await runOn(web as unknown as typeof node), expected(3), { absolute: 0 });
  });
});
