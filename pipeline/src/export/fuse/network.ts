/** A network's graph as a part of another, whose values feed it. */
import { type ExtraInput, extraInputs, type NetworkShape } from '@onnoise/scheduler/model';
import type { FileGraph, Node } from '@onnoise/tracer';
import type { Sketch } from './sketch.ts';

/** Goes before all names of the network's, so that they meet no others. */
const SCOPE = 'unet/';

/** What the network is told of the images besides picture and timestep, under its own names, with N rows each. */
export type Conditions = Readonly<Partial<Record<ExtraInput['name'], string>>>;

/** Declares the inputs that say what the images are to show. */
export function conditionInputs(
  s: Sketch,
  unet: NetworkShape,
  documents: Readonly<Record<string, string>>,
): Conditions {
  return Object.fromEntries(
    extraInputs(unet).map(({ name, type, sides }) => [name, s.input(name, type, ['batch', ...sides], documents[name])]),
  );
}

/**
 * Draws the network.
 * @param feeds values for all of its inputs
 * @returns its output
 */
export function drawNetwork(s: Sketch, network: FileGraph, feeds: Readonly<Record<string, string>>): string {
  const rename = (name: string) => (name === '' ? '' : (feeds[name] ?? SCOPE + name));
  for (const [name, constant] of network.constants) s.graph.constants.set(rename(name), constant);
  s.graph.nodes.push(
    ...network.nodes.map(
      (node): Node => ({
        ...node,
        name: SCOPE + node.name,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      }),
    ),
  );
  return rename('out_sample');
}
