/**
 * The training step on WebGPU. The state stays on the GPU: each step writes new vectors, which are copied over the old ones
 * there. Only a batch goes up and two numbers come down. The commands of a step are captured once and replayed, so all
 * buffers are fixed, and every node must run on the GPU.
 *
 * The first captured run computes twice. That does no harm, since a step never writes what it reads.
 */
import type { StepFile } from '@onnoise/scheduler/training';
import type { Tensor } from 'onnxruntime-web';
import type { Ort } from '../session/ort.ts';
import type { Gpu } from '../webgpu/device.ts';
import { nextOf, openStepSession, type State, type StepRunner } from './runner.ts';

const FLOAT = 4;
/** onnxruntime's kernels read and write four values at a time. */
const padded = (bytes: number) => Math.ceil(bytes / 16) * 16;
const count = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** @throws InputError where a part of the step does not run on the GPU */
export async function openWebGpuRunner(
  ort: Ort,
  gpu: Gpu,
  graph: Uint8Array,
  file: StepFile,
  initial: State,
): Promise<StepRunner> {
  const { device } = gpu;
  const { queue } = device;
  const session = await gpu.guard(
    openStepSession(ort, graph, file, {
      // In the other layout, depthwise convolutions of some sizes give wrong numbers: docs/training/engines.md.
      executionProviders: [{ name: 'webgpu', device, preferredLayout: 'NCHW' }],
      enableGraphCapture: true,
      preferredOutputLocation: 'gpu-buffer',
    }),
  );
  const buffers: GPUBuffer[] = [];
  const createBuffer = (size: number, usage: number) => {
    const buffer = device.createBuffer({ size: padded(size), usage });
    buffers.push(buffer);
    return buffer;
  };
  const storage = (size: number) =>
    createBuffer(size, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  const staging = createBuffer(32, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  const feeds: Record<string, Tensor> = {};
  const places = new Map<string, GPUBuffer>();
  const place = (name: string, dataType: 'float32' | 'int32', dims: readonly number[]) => {
    const buffer = storage(FLOAT * count(dims));
    places.set(name, buffer);
    feeds[name] = ort.Tensor.fromGpuBuffer<'float32' | 'int32'>(buffer, { dataType, dims });
  };
  for (const { name, size } of file.vectors) place(name, 'float32', [size]);
  for (const { name, shape, dtype } of file.inputs) place(name, dtype, shape);
  const put = (name: string, values: Float32Array | Int32Array) =>
    queue.writeBuffer(places.get(name)!, 0, values as Float32Array<ArrayBuffer>);
  for (const { name } of file.vectors) put(name, initial.get(name)!);

  /** Copies what was computed, and reads two numbers of it. */
  async function finish(results: Readonly<Record<string, Tensor>>) {
    const encoder = device.createCommandEncoder();
    for (const { name, size } of file.vectors) {
      encoder.copyBufferToBuffer(results[nextOf(name)]!.gpuBuffer, 0, places.get(name)!, 0, FLOAT * size);
    }
    encoder.copyBufferToBuffer(results.loss!.gpuBuffer, 0, staging, 0, FLOAT);
    encoder.copyBufferToBuffer(results.gradNorm!.gpuBuffer, 0, staging, 16, FLOAT);
    queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const values = new Float32Array(staging.getMappedRange().slice(0));
    staging.unmap();
    return { loss: values[0]!, gradNorm: values[4]! };
  }

  return {
    async step(inputs) {
      for (const { name } of file.inputs) put(name, inputs[name]!);
      const results = await gpu.guard(session.run(feeds));
      try {
        return await gpu.guard(finish(results));
      } finally {
        for (const tensor of Object.values(results)) tensor.dispose();
      }
    },
    async read(names = file.vectors.map(({ name }) => name)) {
      const wanted = file.vectors.filter(({ name }) => names.includes(name));
      const target = device.createBuffer({
        size: wanted.reduce((sum, { size }) => sum + padded(FLOAT * size), 0),
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      const encoder = device.createCommandEncoder();
      let at = 0;
      for (const { name, size } of wanted) {
        encoder.copyBufferToBuffer(places.get(name)!, 0, target, at, FLOAT * size);
        at += padded(FLOAT * size);
      }
      queue.submit([encoder.finish()]);
      await gpu.guard(target.mapAsync(GPUMapMode.READ));
      const bytes = target.getMappedRange().slice(0);
      target.destroy();
      at = 0;
      return new Map(
        wanted.map(({ name, size }) => {
          const from = at;
          at += padded(FLOAT * size);
          return [name, new Float32Array(bytes.slice(from, from + FLOAT * size))];
        }),
      );
    },
    async write(state) {
      for (const { name } of file.vectors) put(name, state.get(name)!);
      await gpu.guard(queue.onSubmittedWorkDone());
    },
    async dispose() {
      await session.release();
      for (const buffer of buffers) buffer.destroy();
      gpu.destroy();
    },
  };
}
