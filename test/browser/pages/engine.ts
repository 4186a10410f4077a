/** Gives tests the library on the page's own thread, and the WebGPU kernel alone, as `window.engine`. */

import { loadModel } from '#runtime-web/index.ts';
import { openFolder } from '#runtime-web/session/artefact.ts';
import { chooseDevice } from '#runtime-web/session/device.ts';
import { loadOrt } from '#runtime-web/session/ort.ts';
import { createRowKernel, NONE_BAD } from '#runtime-web/webgpu/apply-row.ts';
import { openWebGpu } from '#runtime-web/webgpu/network.ts';
import type { SamplerRow, SamplerTable } from '#scheduler/index.ts';
import { MODEL_FILES, readArtefact } from '#scheduler/model/index.ts';

/** x, x0, the network's output, z and y, if any, all of the same length; with guidance x and the output have twice that. */
export type RowValues = Record<'x' | 'x0' | 'output' | 'z', number[]> & { y?: number[] };

/** `bad` is the first step whose output or x is not finite, null if all are finite. */
export interface RowResult {
  x: number[];
  x0: number[];
  y: number[];
  bad: number | null;
}

export interface Engine {
  loadModel: typeof loadModel;
  /** The images of each table, made on WebGPU by one network for the same seeds. */
  sampleTables(url: string, tables: SamplerTable[], seeds: number[]): Promise<number[][]>;
  /** x, x0 and y after the rows, on the GPU. */
  applyRows(rows: SamplerRow[], clip: number | null, values: RowValues, guidance?: number): Promise<RowResult>;
  /** Devices that this page requested, in order. */
  devices: GPUDevice[];
}

declare global {
  interface Window {
    engine: Engine;
  }
}

const devices: GPUDevice[] = [];
if ('gpu' in navigator) {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await requestDevice.apply(this, args);
    devices.push(device);
    return device;
  };
}

async function applyRows(rows: SamplerRow[], clip: number | null, values: RowValues, guidance?: number) {
  const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  const upload = (numbers: number[]) => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size: numbers.length * 4, usage });
    device.queue.writeBuffer(buffer, 0, Float32Array.from(numbers));
    return buffer;
  };
  const read = async (buffer: GPUBuffer) => {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const target = device.createBuffer({ size: buffer.size, usage });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, target, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await target.mapAsync(GPUMapMode.READ);
    return target.getMappedRange();
  };
  const download = async (buffer: GPUBuffer) => Array.from(new Float32Array(await read(buffer)));
  const [x, x0, output, z] = [upload(values.x), upload(values.x0), upload(values.output), upload(values.z)];
  const y = values.y && upload(values.y);
  const bad = upload([0]);
  device.queue.writeBuffer(bad, 0, Uint32Array.of(NONE_BAD));
  const kernel = createRowKernel(
    device,
    { x, x0, z, bad, y },
    { count: values.x0.length, twice: guidance !== undefined },
  );
  for (const [i, row] of rows.entries()) {
    const encoder = device.createCommandEncoder();
    kernel.encode(encoder, i + 1, row, clip, output, guidance);
    device.queue.submit([encoder.finish()]);
  }
  const step = new Uint32Array(await read(bad))[0]!;
  const images = { x: await download(x), x0: await download(x0), y: y ? await download(y) : [] };
  const result = { ...images, bad: step === NONE_BAD ? null : step };
  device.destroy();
  return result;
}

async function sampleTables(url: string, tables: SamplerTable[], seeds: number[]) {
  const read = openFolder(url);
  const artefact = await readArtefact(read);
  const choice = await chooseDevice('webgpu');
  if (choice.device !== 'webgpu') throw new Error(choice.reason);
  const ort = await loadOrt(choice, {});
  const network = await openWebGpu(ort, (await read(MODEL_FILES.network))!, artefact, choice.adapter);
  const made: number[][] = [];
  for (const table of tables)
    made.push(
      Array.from(
        await network.sample(
          { seeds, labels: undefined, conditions: undefined, guidance: undefined, strength: 1, table },
          {},
        ),
      ),
    );
  await network.dispose();
  return made;
}

window.engine = { loadModel, sampleTables, applyRows, devices };
