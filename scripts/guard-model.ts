/**
 * Updates a model folder from an older export to what `pipeline export` writes now: a network that refuses timesteps
 * and classes out of range (pipeline/src/export/guard.ts), T and the number of classes in the file, and the card's
 * sentence about them. Weights and all other nodes stay.
 *
 *     npx tsx scripts/guard-model.ts models/digits
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import proto from 'onnx-proto';
import { describeNetwork } from '#pipeline/export/model-card.ts';
import type { Graph } from '#tracer/graph.ts';
import { encodeModel } from '#tracer/index.ts';
import { guardFloat, widenLabels } from '../pipeline/src/export/guard.ts';
import { documentPorts, inferenceMetadata } from '../pipeline/src/export/inference.ts';

const { ModelProto } = proto.onnx;
const LABELS = 'class_labels.int32';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: npx tsx scripts/guard-model.ts <model folder>');
const { num_train_timesteps: T, num_class_embeds: classes } = JSON.parse(
  await readFile(join(folder, 'unet', 'config.json'), 'utf8'),
) as { num_train_timesteps: number; num_class_embeds: number | null };

const path = join(folder, 'unet', 'model.onnx');
const model = ModelProto.decode(await readFile(path));
const graph = model.graph!;
if (graph.node!.some(({ name }) => name === 'timestep/range/Where')) throw new Error(`${path} is guarded already`);

/** The new first nodes: the guards, and the cast that reads the timestep. */
const cast = graph.node!.find(({ input }) => input![0] === 'timestep')!;
const ports = (names: string[]) => names.map((name) => ({ name, dtype: 'float32' as const, dims: [] }));
const front: Graph = {
  name: 'front',
  inputs: [...ports(['timestep']), ...(classes === null ? [] : [{ name: LABELS, dtype: 'int32' as const, dims: [] }])],
  outputs: ports(['out_sample']),
  nodes: [
    {
      name: cast.name!,
      op: 'Cast',
      domain: '',
      inputs: ['timestep'],
      outputs: [...cast.output!],
      attributes: { to: { int: Number(cast.attribute![0]!.i) } },
    },
  ],
  constants: new Map(),
  types: new Map(['timestep', LABELS].map((name) => [name, { dtype: 'float32', dims: [] }])),
};
guardFloat(front, 'timestep', T);
if (classes !== null) widenLabels(front, LABELS, 'class_labels', classes);
documentPorts(front, T, classes);
const written = ModelProto.decode(encodeModel(front)).graph!;

graph.node = [...written.node!, ...graph.node!.filter((node) => node !== cast && !node.output!.includes(LABELS))];
graph.initializer!.push(...written.initializer!);
graph.docString = written.docString!;
const documents = new Map([...written.input!, ...written.output!].map(({ name, docString }) => [name, docString]));
for (const port of [...graph.input!, ...graph.output!]) {
  port.docString = documents.get(port.name!) ?? 'Noisy images, [N, C, H, W].';
}
const metadata = Object.entries(inferenceMetadata(T, classes)).map(([key, value]) => ({ key, value }));
model.metadataProps!.push(...metadata.map((entry) => proto.onnx.StringStringEntryProto.create(entry)));
await writeFile(path, ModelProto.encode(model).finish());

const cardPath = join(folder, 'README.md');
const card = await readFile(cardPath, 'utf8');
const sentence = describeNetwork({ classes: classes ?? 0, timesteps: T });
await writeFile(cardPath, card.replace(/^`unet\/model\.onnx` takes .*$/m, sentence));
process.stdout.write(`${path}: timesteps 0 to ${T - 1}${classes === null ? '' : `, classes 0 to ${classes - 1}`}\n`);
