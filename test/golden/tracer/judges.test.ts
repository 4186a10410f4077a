/**
 * Traced models in Python: ONNX's checker with shape inference, OpenVINO, and onnxruntime 1.17, an old one, compute what tfjs
 * does, and of training steps what onnxruntime in Node does.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES, TRAINED } from '#test/architectures/index.ts';
import { type Data, type Input, randomData, runGraph, uniforms } from '#test/models/traced.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';
import { encodeModel, type Graph, traceModel, traceTrainingStep } from '#tracer/index.ts';

/** Of a machine that is busy: OpenVINO compiles twelve models. */
const TIMEOUT = 600_000;

const JUDGE = fileURLToPath(new URL('judge.py', import.meta.url));

interface Stored {
  dtype: string;
  shape: readonly number[];
  data: number[];
}

const stored = (dtype: string, shape: readonly number[], data: ArrayLike<number>): Stored => ({
  dtype,
  shape,
  data: Array.from(data),
});

interface Call {
  inputs: Record<string, Stored>;
  outputs: Record<string, Stored>;
}

const folder = temporaryFolder();

/** Batches of 1, 3 and 7, with what tfjs makes of them. */
function forward(model: tf.LayersModel, dtype: 'float32' | 'int32', range: readonly [number, number]): Call[] {
  return [1, 3, 7].map((batch) => {
    const shape = [batch, ...(model.inputs[0]!.shape.slice(1) as number[])];
    const data = randomData(uniforms(batch), shape, dtype, range);
    const x = tf.tensor(data, shape, dtype);
    const y = model.predict(x) as tf.Tensor;
    const output = stored('float32', y.shape, y.dataSync());
    tf.dispose([x, y]);
    return {
      inputs: { [model.inputNames[0]!]: stored(dtype, shape, data) },
      outputs: { [model.outputNames[0]!]: output },
    };
  });
}

/** A step of training, with what onnxruntime in Node makes of it. */
async function training(model: tf.LayersModel, range: readonly [number, number]): Promise<[Graph, Call]> {
  const { graph, inputs, targets, state, noise } = traceTrainingStep(model, { batch: 4, gradients: true });
  const next = uniforms(5);
  const float = ({ name, shape }: { name: string; shape: readonly number[] }, data: Data): Input => ({
    name,
    shape,
    dtype: 'float32',
    data,
  });
  const feeds: Input[] = [
    ...inputs.map((spec) => ({ ...spec, data: randomData(next, spec.shape, spec.dtype, range) })),
    ...[...targets, ...noise].map((spec) => float(spec, randomData(next, spec.shape, 'float32', [0, 1]))),
    ...state.map((spec) => float(spec, spec.initial)),
    float({ name: 'learning_rate', shape: [] }, Float32Array.of(0.01)),
  ];
  const outputs = await runGraph(graph, feeds);
  const known = new Set(graph.inputs.map(({ name }) => name));
  const given = feeds.filter(({ name }) => known.has(name));
  return [
    graph,
    {
      inputs: Object.fromEntries(given.map(({ name, dtype, shape, data }) => [name, stored(dtype, shape, data)])),
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, { dtype, shape, data }]) => [name, stored(dtype, shape, data)]),
      ),
    },
  ];
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  const models: Record<string, Call[]> = {};
  const add = async (name: string, graph: Graph, calls: Call[]) => {
    models[name] = calls;
    await writeFile(join(folder, `${name}.onnx`), encodeModel(graph));
  };
  for (const [name, { build, dtype, range, loss }] of Object.entries(ARCHITECTURES)) {
    const model = build();
    await add(name, traceModel(model), forward(model, dtype, range));
    const trained = TRAINED[name]?.build() ?? model;
    trained.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss });
    const [graph, call] = await training(trained, range);
    await add(`${name}, a step of training`, graph, [call]);
  }
  await writeFile(join(folder, 'models.json'), JSON.stringify(models));
}, TIMEOUT);

function judged(python: string, judge: string): Record<string, number> {
  const told = execFileSync(python, [JUDGE, folder, judge], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(told.trim().split('\n').at(-1)!);
}

/**
 * Normalisation over a few examples magnifies rounding in the gradients of deep networks, and a ReLU6 near 0 or 6 passes them on one
 * side only.
 */
function expectNear(differences: Record<string, number>): void {
  process.stdout.write(`differences: ${JSON.stringify(differences)}\n`);
  expect(Object.keys(differences)).toHaveLength(2 * Object.keys(ARCHITECTURES).length);
  for (const [name, difference] of Object.entries(differences)) {
    const step = name.startsWith('MobileNet') ? 1e-2 : 1e-3;
    expect(difference, name).toBeLessThan(name.endsWith('training') ? step : 1e-5);
  }
}

/** These need other versions than the reference has, so each may have a Python of its own. */
const OPENVINO = process.env.PYTHON_OPENVINO || PYTHON;
const OLD = process.env.PYTHON_ONNXRUNTIME_1_17 || PYTHON;

describe('traced models', { timeout: TIMEOUT }, () => {
  it('pass the checker of ONNX with shape inference', { ...skipBecause(lacksPython('onnx')), tags: 'long' }, () => {
    expect(judged(PYTHON, 'checker')).toEqual({});
  });

  it('compute the same in the onnxruntime of Python', {
    ...skipBecause(lacksPython('onnxruntime')),
    tags: 'long',
  }, () => {
    expectNear(judged(PYTHON, 'onnxruntime'));
  });

  it('compute the same in OpenVINO', skipBecause(lacksPython('openvino', OPENVINO, 'PYTHON_OPENVINO')), () => {
    expectNear(judged(OPENVINO, 'openvino'));
  });

  it('compute the same in onnxruntime 1.17', skipBecause(lacksOld()), () => {
    expectNear(judged(OLD, 'onnxruntime'));
  });
});

function lacksOld(): string | undefined {
  const variable = 'PYTHON_ONNXRUNTIME_1_17';
  try {
    execFileSync(OLD, ['-c', 'import onnxruntime; assert onnxruntime.__version__.startswith("1.17.")'], {
      stdio: 'ignore',
    });
    return undefined;
  } catch {
    return `${OLD} has no onnxruntime 1.17: ${variable}=path/to/python npm test`;
  }
}
