import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { build, transformSync } from 'esbuild';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import {
  expectSame,
  type Input,
  type Result,
  randomData,
  runEager,
  type TracedFunction,
  uniforms,
} from '#test/models/traced.ts';
import type { TensorSpec } from '#tracer/graph/specs.ts';
import * as tracer from '#tracer/index.ts';
import { withRefused } from '../../tfjs/outcomes.ts';

const path = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const readme = readFileSync(path('tracer/README.md'), 'utf8');
const sections = [...readme.matchAll(/^## (.+)\n[^#]*?```ts\n([\s\S]*?)```/gm)].map(
  ([, title, code]) => [title!, code!] as const,
);
/** The sections that make a graph of a function. */
const examples = sections.filter(([, code]) => code.includes('const fn = ') && code.includes('encodeModel'));
const sectionOf = (title: string): string => sections.find(([found]) => found === title)![1];

interface Example {
  fn: TracedFunction;
  inputs: TensorSpec[];
  bytes: Uint8Array;
}

interface Modelled {
  model: tf.Sequential;
  bytes: Uint8Array;
}

interface Trained {
  model: tf.Sequential;
  train: (batches: [Float32Array, Float32Array][]) => Promise<number>;
}

/** Runs a section's code without its types, with its imports as arguments, and returns the variable `name`. */
function runSection(code: string, name: string): unknown {
  const plain = transformSync(code, { loader: 'ts', tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } } });
  const body = plain.code
    .replace('import * as tf from "@tensorflow/tfjs";', '')
    .replace(/import (\{.+\}) from "@onnoise\/tracer";/, 'const $1 = tracer;')
    .replace(/import (\{.+\}) from "onnxruntime-node";/, 'const $1 = ort;');
  return new Function('tf', 'tracer', 'ort', `${body}; return ${name};`)(tf, tracer, ort);
}

/** The value of a variable according to the comment at the end of a section's code. */
function commentOf(code: string): unknown {
  const lines = [...code.matchAll(/^ *\/\/ (.*)$/gm)].map(([, line]) => line);
  return new Function(`return ${lines.join('\n')};`)();
}

async function runBytes(bytes: Uint8Array, inputs: readonly Input[]): Promise<Record<string, Result>> {
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const feeds = inputs.map(({ name, dtype, data, shape }) => [name, new ort.Tensor(dtype, data as never, [...shape])]);
  const outputs = Object.entries(await session.run(Object.fromEntries(feeds)));
  await session.release();
  return Object.fromEntries(
    outputs.map(([name, { type, dims, data }]) => [name, { dtype: type, shape: dims, data: data as Float32Array }]),
  );
}

describe('the README of the tracer', () => {
  it('has examples of functions', () => {
    expect(examples.map(([title]) => title)).toEqual(['A function', 'A gradient']);
  });

  it.each(examples)('%s: the graph computes what tfjs does', async (_title, code) => {
    await tf.setBackend('cpu');
    const { fn, inputs, bytes } = runSection(code, '{ fn, inputs, bytes }') as Example;
    const next = uniforms(1);
    const given = inputs.map((input) => ({ ...input, data: randomData(next, input.shape, input.dtype) }));
    expectSame(await runBytes(bytes, given), runEager(fn, given));
  });

  it('A `tf.layers` model: the graph computes what the model does, for any batch', async () => {
    await tf.setBackend('cpu');
    const { model, bytes } = runSection(sectionOf('A `tf.layers` model'), '{ model, bytes }') as Modelled;
    for (const batch of [1, 3, 7]) {
      const spec = { name: model.inputLayers[0]!.name, shape: [batch, 4], dtype: 'float32' } as const;
      const data = randomData(uniforms(batch), spec.shape, 'float32');
      const predict: TracedFunction = ({ x }) => ({ classes: model.predict(x!) as tf.Tensor });
      const expected = runEager(predict, [{ ...spec, name: 'x', data }]);
      expectSame(await runBytes(bytes, [{ ...spec, data }]), expected);
    }
  });

  it('A training step: the loop gives the model the weights and the loss that tfjs gives it', async () => {
    await tf.setBackend('cpu');
    const { model, train } = runSection(sectionOf('A training step'), '{ model, train }') as Trained;
    const next = uniforms(2);
    const batches = Array.from({ length: 5 }, (): [Float32Array, Float32Array] => {
      const floats = (...shape: number[]) => randomData(next, shape, 'float32') as Float32Array;
      return [floats(8, 4), floats(8, 1)];
    });
    const first = model.getWeights().map((weight) => tf.clone(weight));
    const loss = await train(batches);
    const traced = model.getWeights().map((weight) => weight.dataSync<'float32'>().slice());
    model.setWeights(first);
    let expected = 0;
    for (const [x, y] of batches) {
      expected = (await model.trainOnBatch(tf.tensor(x, [8, 4]), tf.tensor(y, [8, 1]))) as number;
    }
    expectClose([loss], [expected], { absolute: 1e-6, relative: 1e-5, what: 'loss' });
    for (const [i, weight] of model.getWeights().entries()) {
      expectClose(traced[i]!, weight.dataSync<'float32'>(), { absolute: 1e-5, relative: 1e-5, what: 'weight' });
    }
  });

  it.each([
    ['What is in a graph', 'report'],
    ['Passes', 'misses'],
    ['Errors', 'kernel'],
  ])('%s: the code gives what its comment says', (title, name) => {
    const [, code] = sections.find(([found]) => found === title)!;
    expect(commentOf(code)).toBeDefined();
    expect(runSection(code, name)).toEqual(commentOf(code));
  });

  it("lists by kernel what tfjs' own tests are refused", () => {
    expect(readme).toMatch(/^\| Unique +\| \d+ +\|/m);
    expect(withRefused(readme, readFileSync(path('test/tfjs/refused.txt'), 'utf8'))).toBe(readme);
  });
});

it('the tracer bundles for browsers and imports nothing of Node', async () => {
  const { metafile } = await build({
    entryPoints: [path('tracer/src/index.ts')],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const own = Object.entries(metafile.inputs).filter(([file]) => file.startsWith('tracer/'));
  expect(own.length).toBeGreaterThan(10);
  expect(own.flatMap(([, { imports }]) => imports.filter(({ path: to }) => to.startsWith('node:')))).toEqual([]);
});
