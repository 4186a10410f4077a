/** The graphs of the lecture's tiny network on Node's onnxruntime, as the page's worker runs them. */
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { RunGraph } from '#site/views/learn/learning/cloud.ts';

export const CLOUD_FOLDER = join(import.meta.dirname, '..', '..', '..', '..', 'site', 'public', 'learn');

const sessions = new Map<string, Promise<InferenceSession>>();

export const runInNode: RunGraph = async (name, feeds) => {
  if (!sessions.has(name)) sessions.set(name, InferenceSession.create(join(CLOUD_FOLDER, `${name}.onnx`)));
  const given = Object.entries(feeds).map(([input, { type, data, dims }]) => [input, new Tensor(type, data, dims)]);
  const out = await (await sessions.get(name)!).run(Object.fromEntries(given));
  return Object.fromEntries(
    Object.entries(out).map(([output, { data, dims }]) => [
      output,
      { type: 'float32', data: Float32Array.from(data as Float32Array), dims: [...dims] },
    ]),
  );
};
