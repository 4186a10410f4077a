import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import proto from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { withWeights } from '#runtime-web/trainer/files/onnx-weights.ts';
import { encodeSafetensors, readSafetensors } from '#runtime-web/trainer/files/safetensors.ts';
import { expectClose } from '#test/compare.ts';
import { eachLong } from '#test/each-long.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { networks, planOf } from '#test/train/engines.ts';
import { encodeModel } from '#tracer/index.ts';
import { denoiserGraph } from '#training/engines/onnx/graphs.ts';
import { inferenceGraph, inferenceMetadata } from '#training/folder/inference.ts';
import { readSafetensors as readInNode } from '#training/folder/safetensors.ts';

const plain = (bytes: Uint8Array) => Uint8Array.from(bytes);

function tensorsOf(name: keyof typeof networks) {
  const { model, initialParameters } = planOf(networks[name]);
  const values = initialParameters();
  const weights = new Map(model.parameters.map(({ name, shape }) => [name, { shape, values: values.get(name)! }]));
  return { model, values, weights };
}

describe('withWeights', () => {
  const NAMES = (Object.keys(networks) as (keyof typeof networks)[]).map((name) => ({ name }));
  eachLong(NAMES, 'makes the network that Node exports: $name', async ({ name }) => {
    const { model, values, weights } = tensorsOf(name);
    const metadata = inferenceMetadata(model);
    const made = await withWeights(plain(encodeModel(denoiserGraph(model), metadata)), weights);
    const file = proto.onnx.ModelProto.decode(made);
    const wanted = encodeModel(inferenceGraph(model, values));
    const inputsOf = (bytes: Uint8Array) => proto.onnx.ModelProto.decode(bytes).graph!.input!.map((port) => port.name);
    expect(inputsOf(made)).toEqual(inputsOf(wanted));
    expect(Object.fromEntries(file.metadataProps!.map(({ key, value }) => [key, value]))).toEqual(metadata);

    const [found, expected] = await Promise.all([made, wanted].map((onnx) => run(onnx, model)));
    expectClose(found!, expected!, { absolute: 2e-5, what: 'output' });
  });
});

async function run(onnx: Uint8Array, model: ReturnType<typeof tensorsOf>['model']): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(onnx, { logSeverityLevel: 3 });
  const count = 2;
  const size = model.shape.reduce((product, side) => product * side, count);
  const width = 2 * model.conditions.length;
  const { out_sample: output } = await session.run({
    sample: new ort.Tensor(
      'float32',
      Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
      [count, ...model.shape],
    ),
    timestep: new ort.Tensor('float32', Float32Array.of(3, 17), [count]),
    ...(model.classCount !== null && { class_labels: new ort.Tensor('int64', BigInt64Array.of(1n, 2n), [count]) }),
    ...(width > 0 && {
      conditions: new ort.Tensor('float32', new Float32Array(count * width).fill(1), [count, width]),
    }),
  });
  await session.release();
  return output!.data as Float32Array;
}

describe('encodeSafetensors', () => {
  it("writes what Node's strict reader reads, and reads it", async () => {
    const { weights } = tensorsOf('UNet2DModel');
    const bytes = encodeSafetensors(weights);
    const path = join(temporaryFolder(), 'weights.safetensors');
    await writeFile(path, bytes);
    const { tensors, metadata } = await readInNode(path);
    expect(metadata).toEqual({ format: 'pt' });
    const read = readSafetensors(bytes, 'weights');
    expect([...tensors.keys()].sort()).toEqual([...weights.keys()].sort());
    for (const [name, { shape, values }] of weights) {
      expect(tensors.get(name)).toEqual({ shape, data: values });
      expect(read.get(name)).toEqual(values);
    }
  });

  const withHeader = (header: unknown) => {
    const json = new TextEncoder().encode(JSON.stringify(header));
    return Uint8Array.from([...[json.length, 0, 0, 0, 0, 0, 0, 0], ...json]);
  };

  it.each([
    ['a safetensors file, received one with another header', withHeader(null)],
    ['a safetensors file, received one with another header', withHeader([1])],
    ['a file of F32, received a of "F16"', withHeader({ a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } })],
    ['a file of F32, received a of undefined', withHeader({ a: 3 })],
    ['a safetensors file, received one without the place of a', withHeader({ a: { dtype: 'F32', shape: [] } })],
    ['a safetensors file, received 3 bytes', Uint8Array.of(1, 2, 3)],
    ['a whole safetensors file, received 12 bytes', Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4)],
    ['a safetensors file, received one with another header', Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4)],
    ['whole, received', encodeSafetensors(new Map([['a', { shape: [4], values: new Float32Array(4) }]])).slice(0, -4)],
  ])('refuses what is not %s', (rule, bytes) => {
    expect(() => readSafetensors(bytes, 'train/state.safetensors')).toThrow(
      `Cannot read the training step: train/state.safetensors must be ${rule}`,
    );
  });
});
