/**
 * Writes the two graphs of the chapter on learning, traced from tfjs: the guess of a tiny network and a step of its
 * training.
 *
 *     npx tsx scripts/learn/trace-cloud.ts
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeModel, type Graph, trace } from '../../tracer/src/index.ts';
import { cloudGuess, cloudStep, GUESS_INPUTS, STEP_INPUTS } from './cloud.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'site', 'public', 'learn');

const graphs: Record<string, Graph> = {
  'cloud-guess.onnx': trace(cloudGuess, GUESS_INPUTS, { name: 'cloud_guess' }),
  'cloud-step.onnx': trace(cloudStep, STEP_INPUTS, { name: 'cloud_step' }),
};

await mkdir(FOLDER, { recursive: true });
for (const [name, graph] of Object.entries(graphs)) {
  const bytes = encodeModel(graph);
  await writeFile(join(FOLDER, name), bytes);
  console.log(`${name}: ${bytes.length} bytes, ${graph.nodes.length} nodes`);
}
