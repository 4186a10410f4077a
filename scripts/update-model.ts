/**
 * Updates a model folder from an older export to what `pipeline export` writes now: the way from `timestep` and
 * `class_labels` to the first layer that reads them (guards, training/src/folder/guard.ts; timesteps between whole ones,
 * training/src/model/time-embedding.ts), documents, and the card's sentence about them. All other nodes and the weights
 * stay.
 *
 *     npx tsx scripts/update-model.ts models/digits
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import proto from 'onnx-proto';
import { encodeModel } from '#tracer/index.ts';
import { inferenceGraph, inferenceMetadata } from '#training/folder/inference.ts';
import { describeNetwork } from '#training/folder/model-card.ts';
import { createModel, initParameters } from '#training/model/index.ts';

const { ModelProto, StringStringEntryProto } = proto.onnx;
type GraphProto = proto.onnx.IGraphProto;
type NodeProto = proto.onnx.INodeProto;

/** The layers at which old and new meet: linear layers of the networks' time embedding, and the class embedding. */
const TIME = /^(time_embedding\.linear_1|time_mlp\.1)\/(Gemm|MatMul)$/;
const CLASS = 'class_embedding.weight';

/** The tensors that enter the kept part: the time embedding, and the checked labels of a conditional network. */
function seams(graph: GraphProto): string[] {
  const time = graph.node!.find(({ name }) => TIME.test(name!));
  if (!time) throw new Error('the network has no time embedding of a known name');
  const labels = graph.node!.find(({ opType, input }) => opType === 'Gather' && input![0] === CLASS);
  return [time.input![0]!, ...(labels ? [labels.input![1]!] : [])];
}

/** The nodes that make these tensors, in the graph's order. */
function makersOf(graph: GraphProto, tensors: readonly string[]): NodeProto[] {
  const maker = new Map(graph.node!.flatMap((node) => node.output!.map((output) => [output, node])));
  const found = new Set<NodeProto>();
  const visit = (tensor: string): void => {
    const node = maker.get(tensor);
    if (!node || found.has(node)) return;
    found.add(node);
    node.input!.forEach(visit);
  };
  tensors.forEach(visit);
  return graph.node!.filter((node) => found.has(node));
}

/** Replaces the front of an older graph, which ends at the seams, with that of a new one. Both are changed. */
function replaceFront(old: GraphProto, fresh: GraphProto): void {
  const front = makersOf(fresh, seams(fresh));
  const removed = new Set(makersOf(old, seams(old)));
  const kept = old.node!.filter((node) => !removed.has(node));

  // Tensors of the new front keep clear of the old ones' names.
  const inputs = new Set(old.input!.map(({ name }) => name!));
  const names = new Map(seams(fresh).map((name, i) => [name, seams(old)[i]!]));
  const nameOf = (name: string): string => names.get(name) ?? (inputs.has(name) ? name : `front/${name}`);
  const used = new Set(front.flatMap(({ input }) => input!));
  for (const node of front) {
    node.name = nameOf(node.name!);
    node.input = node.input!.map(nameOf);
    node.output = node.output!.map(nameOf);
  }
  const constants = fresh.initializer!.filter(({ name }) => used.has(name!));
  for (const constant of constants) constant.name = nameOf(constant.name!);

  const needed = new Set(kept.flatMap(({ input }) => input!));
  old.node = [...front, ...kept];
  old.initializer = [...constants, ...old.initializer!.filter(({ name }) => needed.has(name!))];
  process.stdout.write(`${removed.size} nodes became ${front.length}\n`);
}

/** Says what the new front takes. */
function redocument(old: GraphProto, fresh: GraphProto): void {
  old.docString = fresh.docString!;
  const documents = new Map([...fresh.input!, ...fresh.output!].map(({ name, docString }) => [name, docString!]));
  for (const port of [...old.input!, ...old.output!]) port.docString = documents.get(port.name!)!;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: npx tsx scripts/update-model.ts <model folder>');
const network = createModel(JSON.parse(await readFile(join(folder, 'unet', 'config.json'), 'utf8')));
const path = join(folder, 'unet', 'model.onnx');
const model = ModelProto.decode(await readFile(path));
const fresh = ModelProto.decode(encodeModel(inferenceGraph(network, initParameters(network, 0)))).graph!;
replaceFront(model.graph!, fresh);
redocument(model.graph!, fresh);
const metadata = new Map([
  ...model.metadataProps!.map(({ key, value }) => [key!, value!] as const),
  ...Object.entries(inferenceMetadata(network)),
]);
model.metadataProps = Array.from(metadata, ([key, value]) => StringStringEntryProto.create({ key, value }));
await writeFile(path, ModelProto.encode(model).finish());

const cardPath = join(folder, 'README.md');
const card = await readFile(cardPath, 'utf8');
const { timestepCount: timesteps, classCount: classes, nullCondition, conditions } = network;
const sentence = describeNetwork({ classes: classes ?? 0, nullCondition, conditions, timesteps });
await writeFile(cardPath, card.replace(/^`unet\/model\.onnx` takes .*$/m, sentence));
