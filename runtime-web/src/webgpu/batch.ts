/**
 * What a batch of one size needs on the GPU: the network's fixed inputs, the sampler's buffers, and a way to
 * read pictures back. Only noise and numbers go up, and only pictures that are shown come down.
 */
import {
  begin,
  type ImageSeed,
  type ImageShape,
  needsAuxiliary,
  type SamplerRow,
  type SamplerTable,
  seededNoise,
} from '@onnoise/scheduler';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { Ort } from '../ort.ts';
import { createRowKernel, NONE_BAD } from './apply-row.ts';

export interface Batch {
  count: number;
  /** The labels, x of noise and x0 = 0 for a table's rows, and y = 0 where they need it. */
  start(seeds: readonly ImageSeed[], labels: readonly number[] | undefined, table: Start): void;
  /** Queues one step; it may be under way when the promise resolves. */
  step(session: InferenceSession, row: SamplerRow, clip: number | null, noise: Noise): Promise<void>;
  /** Queues a copy of x, x0 and the bad step as they are after the steps queued so far. Two may be under way. */
  read(): Promise<Pictures>;
  destroy(): void;
}

/** What the first step needs of a table. */
export type Start = Pick<SamplerTable, 'start' | 'signal' | 'rows'>;

/** z of a step for the seeds' images. `draw` is the step, from 1. */
export interface Noise {
  seeds: readonly ImageSeed[];
  /** Of the seeds' streams; 0 is where sampling starts. */
  draw: number;
}

export interface Pictures {
  x: Float32Array<ArrayBuffer>;
  x0: Float32Array<ArrayBuffer>;
  /** The first step, from 1, at which the network's output was NaN or infinite; undefined where there was none. */
  bad: number | undefined;
}

/**
 * @param onGpu keeps the small inputs on the GPU too, as graph capture requires; otherwise they stay on the CPU, where
 * onnxruntime has its int64 kernels.
 */
export function createBatch(
  ort: Ort,
  device: GPUDevice,
  count: number,
  shape: ImageShape,
  { conditional, onGpu }: { conditional: boolean; onGpu: boolean },
): Batch {
  const dims = [count, ...shape]; // [N, C, H, W]
  const size = dims.reduce((product, side) => product * side, 1);
  const bytes = padded(size * 4);
  const { queue } = device;
  const buffers: GPUBuffer[] = [];
  const createBuffer = (length: number, usage: number) => {
    const buffer = device.createBuffer({ size: length, usage });
    buffers.push(buffer);
    return buffer;
  };
  const storage = (length: number) =>
    createBuffer(length, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  const [x, x0, z] = [storage(bytes), storage(bytes), storage(bytes)] as const;
  const bad = storage(BAD_BYTES);
  const staging = [0, 1].map(() =>
    createBuffer(2 * bytes + BAD_BYTES, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST),
  );
  let kernel = createRowKernel(device, { x, x0, z, bad });
  /** The auxiliary picture, from the first table on that needs it. */
  let y: GPUBuffer | undefined;

  const onDevice = (buffer: GPUBuffer, dataType: 'float32' | 'int64', dims: number[]): Tensor =>
    ort.Tensor.fromGpuBuffer<'float32' | 'int64'>(buffer, { dataType, dims });
  /** A small input, and how it is written. */
  const input = (dataType: 'float32' | 'int64', values: Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>) => {
    if (!onGpu) return { tensor: new ort.Tensor(dataType, values, [count]) as Tensor, write: () => undefined, values };
    const buffer = storage(padded(values.byteLength));
    return { tensor: onDevice(buffer, dataType, [count]), write: () => queue.writeBuffer(buffer, 0, values), values };
  };
  const timestep = input('float32', new Float32Array(count));
  const label = conditional ? input('int64', new BigInt64Array(count)) : undefined;
  const feeds = {
    sample: onDevice(x, 'float32', dims),
    timestep: timestep.tensor,
    ...(label && { class_labels: label.tensor }),
  };

  const values = new Float32Array(bytes / 4);
  const draw = ({ seeds, draw }: Noise) => {
    const each = size / count;
    for (const [n, seed] of seeds.entries()) seededNoise(seed, draw, values.subarray(n * each, (n + 1) * each));
    return values;
  };
  let reads = 0;

  return {
    count,
    start(seeds, labels, table) {
      if (!y && needsAuxiliary(table)) {
        y = storage(bytes);
        kernel.destroy();
        kernel = createRowKernel(device, { x, x0, z, bad, y });
      }
      begin(draw({ seeds, draw: 0 }), table);
      queue.writeBuffer(x, 0, values);
      values.fill(0);
      for (const buffer of [x0, z, ...(y ? [y] : [])]) queue.writeBuffer(buffer, 0, values);
      queue.writeBuffer(bad, 0, Uint32Array.of(NONE_BAD));
      for (const [n, value] of labels?.entries() ?? []) label!.values[n] = BigInt(value);
      label?.write();
    },
    async step(session, row, clip, noise) {
      timestep.values.fill(row.timestep as never);
      timestep.write();
      // onnxruntime's own buffer: it releases one of ours after the first captured run, and later runs need it
      const { out_sample: output } = await session.run(feeds);
      if (row.D !== 0) queue.writeBuffer(z, 0, draw(noise));
      const encoder = device.createCommandEncoder();
      kernel.encode(encoder, noise.draw, row, clip, output!.gpuBuffer);
      queue.submit([encoder.finish()]);
      output!.dispose();
    },
    async read() {
      const target = staging[reads++ % staging.length]!;
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(x, 0, target, 0, bytes);
      encoder.copyBufferToBuffer(x0, 0, target, bytes, bytes);
      encoder.copyBufferToBuffer(bad, 0, target, 2 * bytes, BAD_BYTES);
      queue.submit([encoder.finish()]);
      await target.mapAsync(GPUMapMode.READ);
      const both = target.getMappedRange().slice(0);
      target.unmap();
      const [step] = new Uint32Array(both, 2 * bytes, 1);
      return {
        x: new Float32Array(both, 0, size),
        x0: new Float32Array(both, bytes, size),
        bad: step === NONE_BAD ? undefined : step,
      };
    },
    destroy() {
      kernel.destroy();
      for (const buffer of buffers) buffer.destroy();
    },
  };
}

/** Size of the word that reports a bad step. */
const BAD_BYTES = 4;

/** onnxruntime's kernels read and write four values at a time. */
const padded = (bytes: number) => Math.ceil(bytes / 16) * 16;
