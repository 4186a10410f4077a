import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { build, transformSync } from 'esbuild';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  expectSame,
  type Input,
  type Result,
  randomData,
  runEager,
  type TracedFunction,
  uniforms,
} from '#test/traced.ts';
import * as tracer from '#tracer/index.ts';
import type { TensorSpec } from '#tracer/trace.ts';
import { withRefused } from '../../tfjs/outcomes.ts';

const path = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const readme = readFileSync(path('tracer/README.md'), 'utf8');
const sections = [...readme.matchAll(/^## (.+)\n[^#]*?```ts\n([\s\S]*?)```/gm)].map(
  ([, title, code]) => [title!, code!] as const,
);
/** The sections that make a model. */
const examples = sections.filter(([, code]) => code.includes('encodeModel'));

interface Example {
  fn: TracedFunction;
  inputs: TensorSpec[];
  bytes: Uint8Array;
}

/** Runs a section's code without its types, with its imports as arguments, and returns the variable `name`. */
function runSection(code: string, name: string): unknown {
  const plain = transformSync(code, { loader: 'ts', tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } } });
  const body = plain.code
    .replace('import * as tf from "@tensorflow/tfjs";', '')
    .replace(/import (\{.+\}) from "@onnoise\/tracer";/, 'const $1 = tracer;');
  return new Function('tf', 'tracer', `${body}; return ${name};`)(tf, tracer);
}

/** The value of a variable according to the comment at the end of a section's code. */
function commentOf(code: string): unknown {
  const lines = [...code.matchAll(/^ *\/\/ (.*)$/gm)].map(([, line]) => line);
  return new Function(`return ${lines.join('\n')};`)();
}

async function runBytes(bytes: Uint8Array, inputs: readonly Input[]): Promise<Record<string, Result>> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  try {
    const feeds = inputs.map(({ name, dtype, data, shape }) => [name, new Tensor(dtype, data as never, [...shape])]);
    const outputs = Object.entries(await session.run(Object.fromEntries(feeds)));
    return Object.fromEntries(
      outputs.map(([name, { type, dims, data }]) => [name, { dtype: type, shape: dims, data: data as Float32Array }]),
    );
  } finally {
    await session.release();
  }
}

describe('the README of the tracer', () => {
  it('has three examples', () => {
    expect(examples.map(([title]) => title)).toEqual(['A function', 'A gradient', 'A `tf.layers` model']);
  });

  it.each(examples)('%s: the graph computes what tfjs does', async (_title, code) => {
    await tf.setBackend('cpu');
    const { fn, inputs, bytes } = runSection(code, '{ fn, inputs, bytes }') as Example;
    const next = uniforms(1);
    const given = inputs.map((input) => ({ ...input, data: randomData(next, input.shape, input.dtype) }));
    expectSame(await runBytes(bytes, given), runEager(fn, given));
  });

  it.each([
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
