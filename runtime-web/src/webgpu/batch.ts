/**
 * What a batch of one size needs on the GPU: the network's fixed inputs, the sampler's buffers, and a way to
 * read pictures back. Only noise and numbers go up, and a picture to start from, once; only pictures that are shown come
 * down. Latents never do: the decoder reads them there.
 */
import {
  begin,
  eachImage,
  type ImageSeed,
  isGuided,
  type Known,
  levelAfter,
  needsAuxiliary,
  putBack,
  seededNoise,
  startNoise,
} from '@onnoise/scheduler';
import { type Artefact, extraInputs, type NetworkShape, type PictureRequest } from '@onnoise/scheduler/model';
import type { InferenceSession } from 'onnxruntime-web';
import type { Decode } from '../network/network.ts';
import type { Ort } from '../session/ort.ts';
import { createRowKernel, NONE_BAD } from './apply-row.ts';
import { createInputs } from './inputs.ts';
import { createLatentReader } from './latents.ts';
import { createPutBackKernel, type KnownBuffers } from './put-back.ts';

export interface BatchSize {
  count: number;
  /** Whether the network is called on the images twice, with and without their condition. */
  guided: boolean;
}

export interface Batch extends BatchSize {
  /** Conditions, x of noise and picture, x0 = 0, and y = 0 where a row needs it. */
  start(request: PictureRequest): void;
  /** Queues row `index` of the request's table; it may be under way when the promise resolves. */
  step(session: InferenceSession, index: number): Promise<void>;
  /** Queues a copy of x, x0 and the bad step as they are after the steps queued so far. Two may be under way. */
  read(): Promise<Pictures>;
  /** The pictures of x, or of x0 with the latents that a mask keeps, of a network that draws latents. */
  decode(which: 'x' | 'x0', decode: Decode): Promise<Float32Array<ArrayBuffer>>;
  /** Queues a look at the bad step alone. */
  fault(): Promise<Pictures['bad']>;
  destroy(): void;
}

export interface Pictures {
  x: Float32Array<ArrayBuffer>;
  /** With the pixels that a mask keeps, which the sampler's own x0 is without. */
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
  { count, guided }: BatchSize,
  unet: NetworkShape & Pick<Artefact, 'autoencoder'>,
  onGpu: boolean,
): Batch {
  const { shape, autoencoder } = unet;
  const each = shape.reduce((product, side) => product * side, 1);
  const size = count * each;
  const halves = guided ? 2 : 1;
  const bytes = padded(size * 4);
  const { queue } = device;
  const buffers: GPUBuffer[] = [];
  const createBuffer = (length: number, usage: number) => {
    const buffer = device.createBuffer({ size: length, usage });
    buffers.push(buffer);
    return buffer;
  };
  const storage = (length: number) =>
    createBuffer(padded(length), GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  const x = storage(halves * size * 4);
  const [x0, z] = [storage(bytes), storage(bytes)];
  const bad = createBuffer(BAD_BYTES, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  const staging = [0, 1].map(() =>
    createBuffer(2 * bytes + BAD_BYTES, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST),
  );
  const rowSize = { count: size, twice: guided };
  let kernel = createRowKernel(device, { x, x0, z, bad }, rowSize);
  /** The auxiliary picture, from the first table on that needs it. */
  let y: GPUBuffer | undefined;
  /** What a mask keeps, from the first request on that has one. */
  let keeper: ReturnType<typeof createKeeper> | undefined;
  const reader = autoencoder && createLatentReader(ort, device, shape, autoencoder, storage);
  const inputs = createInputs(ort, device, halves * count, extraInputs(unet), onGpu ? storage : undefined);
  const feeds = {
    sample: ort.Tensor.fromGpuBuffer(x, { dataType: 'float32', dims: [halves * count, ...shape] }),
    ...inputs.tensors,
  };

  function createKeeper() {
    const plane = shape[1] * shape[2];
    const [picture, noise, mask] = [storage(bytes), storage(bytes), storage(plane * 4)];
    const { encode, destroy } = createPutBackKernel(device, { x, picture, noise, mask }, { ...rowSize, plane });
    return {
      picture,
      noise,
      mask,
      encode,
      destroy,
      shown: autoencoder && createShown({ picture, noise, mask }, plane),
    };
  }

  /** A copy of x0, which the sampler goes on with, for what a mask keeps. */
  function createShown(kept: Omit<KnownBuffers, 'x'>, plane: number) {
    const copy = storage(bytes);
    const { encode, destroy } = createPutBackKernel(device, { x: copy, ...kept }, { count: size, twice: false, plane });
    return { copy, encode, destroy };
  }

  /** What buffers hold after the steps queued so far, one after the other. */
  async function download(...parts: readonly (readonly [GPUBuffer, bytes: number])[]): Promise<ArrayBuffer> {
    const target = staging[reads++ % staging.length]!;
    const encoder = device.createCommandEncoder();
    let at = 0;
    for (const [buffer, length] of parts) {
      encoder.copyBufferToBuffer(buffer, 0, target, at, length);
      at += length;
    }
    queue.submit([encoder.finish()]);
    await target.mapAsync(GPUMapMode.READ, 0, at);
    const copy = target.getMappedRange(0, at).slice(0);
    target.unmap();
    return copy;
  }

  const values = new Float32Array(size);
  const draw = (seeds: readonly ImageSeed[], draw: number) => {
    for (const [n, seed] of seeds.entries()) seededNoise(seed, draw, values.subarray(n * each, (n + 1) * each));
    return values;
  };
  let request: PictureRequest | undefined;
  let known: Known | undefined;
  let reads = 0;

  return {
    count,
    guided,
    start(asked) {
      request = asked;
      const { table, from, mask } = asked;
      if (!y && needsAuxiliary(table)) {
        y = storage(bytes);
        kernel.destroy();
        kernel = createRowKernel(device, { x, x0, z, bad, y }, rowSize);
      }
      const picture = from && eachImage(from, size);
      values.set(startNoise(asked, each));
      known = picture && mask && { picture, mask, noise: values.slice() };
      if (known) {
        keeper ??= createKeeper();
        for (const name of ['picture', 'mask', 'noise'] as const) {
          queue.writeBuffer(keeper[name], 0, known[name] as Float32Array<ArrayBuffer>);
        }
      }
      begin(values, table, picture);
      for (let half = 0; half < halves; half++) queue.writeBuffer(x, half * size * 4, values);
      values.fill(0);
      for (const buffer of [x0, z, ...(y ? [y] : [])]) queue.writeBuffer(buffer, 0, values);
      queue.writeBuffer(bad, 0, Uint32Array.of(NONE_BAD));
      inputs.condition(asked, count);
    },
    async step(session, index) {
      const { seeds, guidance, table } = request!;
      const row = table.rows[index]!;
      inputs.time(row.timestep);
      // onnxruntime's own buffer: it releases one of ours after the first captured run, and later runs need it
      const { out_sample: output } = await session.run(feeds);
      if (row.D !== 0) queue.writeBuffer(z, 0, draw(seeds, index + 1));
      const encoder = device.createCommandEncoder();
      const scale = isGuided(guidance, row.timestep) ? guidance.scale : 1;
      kernel.encode(encoder, index + 1, row, table.clip, output!.gpuBuffer, scale);
      if (known) keeper!.encode(encoder, levelAfter(table.rows, index));
      queue.submit([encoder.finish()]);
      output!.dispose();
    },
    async read() {
      const kept = known;
      const both = await download([x, bytes], [x0, bytes], [bad, BAD_BYTES]);
      const shown = new Float32Array(both, bytes, size);
      if (kept) putBack(shown, kept);
      return {
        x: new Float32Array(both, 0, size),
        x0: shown,
        bad: stepOf(new Uint32Array(both, 2 * bytes)),
      };
    },
    async decode(which, decode) {
      if (which === 'x' || !known) return decode(reader!.of(which === 'x' ? x : x0), count);
      const { copy, encode } = keeper!.shown!;
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(x0, 0, copy, 0, bytes);
      encode(encoder, { signal: 1, noise: 0 }); // as x0 has none
      queue.submit([encoder.finish()]);
      return decode(reader!.of(copy), count);
    },
    fault: async () => stepOf(new Uint32Array(await download([bad, BAD_BYTES]))),
    destroy() {
      kernel.destroy();
      keeper?.destroy();
      keeper?.shown?.destroy();
      reader?.destroy();
      for (const buffer of buffers) buffer.destroy();
    },
  };
}

/** What the word for the bad step says. */
const stepOf = ([step]: Uint32Array) => (step === NONE_BAD ? undefined : step);

/** Size of the word that reports a bad step. */
const BAD_BYTES = 4;

/** onnxruntime's kernels read and write four values at a time. */
const padded = (bytes: number) => Math.ceil(bytes / 16) * 16;
