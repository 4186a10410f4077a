/** The tab's side: opens models, and draws when it is told to. A picture is there when it is on the canvas. */
import { createSamplingWorker, drawPicture, type SampleRequest, type SamplingWorker } from '#runtime-web/index.ts';

export interface Few {
  /** Opens a model at an address, in a worker. @returns the threads that it has */
  open(address: string): Promise<number>;
  /** Draws pictures of a model by its number, from 0, `times` times. @returns milliseconds for all */
  draw(number: number, request: SampleRequest, times: number): Promise<number>;
}

declare global {
  interface Window {
    few: Few;
  }
}

const canvas = document.querySelector('canvas')!;
const workers: SamplingWorker[] = [];

window.few = {
  async open(address) {
    const worker = createSamplingWorker();
    const { threads } = await worker.load(address, { device: 'wasm' });
    workers.push(worker);
    return threads;
  },
  async draw(number, request, times) {
    const began = performance.now();
    for (let time = 0; time < times; time++) {
      const drawn = await workers[number]!.sample(request);
      for (let i = 0; i < drawn.seeds.length; i++) drawPicture(canvas, drawn, i);
    }
    return performance.now() - began;
  },
};
