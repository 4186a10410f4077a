/**
 * The weights of a network without its conditions: those that it has where no class and no number is given, which it learnt
 * by label dropout. What the null class and absent numbers add to the time embedding is the same for every picture, so it
 * goes into the bias of that embedding, and nothing else changes.
 *
 * Limit: a UNet2DModel without pictures of its classes, for they are no sum with the time embedding.
 */
/** By name, in PyTorch's order. */
export type StartParameters = ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>;

const CLASSES = 'class_embedding.weight';
const BIAS = 'time_embedding.linear_2.bias';

/** What only a conditional network has. */
export const isConditional = (name: string) => name === CLASSES || name.startsWith('condition_embeddings.');

/**
 * @param parameters of a network with a null condition
 * @returns undefined where they are not of such a network
 */
export function withoutConditions(parameters: StartParameters): StartParameters | undefined {
  const bias = parameters.get(BIAS);
  if (!bias || parameters.has('class_picture_embedding.weight')) return undefined;
  const added = bias.values.slice();
  for (const term of absent(parameters, added.length)) for (const [i, value] of term.entries()) added[i]! += value;
  const kept = [...parameters].filter(([name]) => !isConditional(name));
  return new Map(kept).set(BIAS, { ...bias, values: added });
}

/** What is added to the time embedding, of this width, where nothing is given. */
function absent(parameters: StartParameters, width: number): Float32Array[] {
  const classes = parameters.get(CLASSES)?.values;
  const terms = classes ? [classes.subarray(classes.length - width)] : []; // the null class is the last
  for (let k = 0; parameters.has(`condition_embeddings.${k}.linear_1.bias`); k++) {
    const values = (name: string) => parameters.get(`condition_embeddings.${k}.${name}`)!.values;
    // The features of an absent number are zeros: conditionEmbedding in ../model/condition-embedding.ts.
    const hidden = values('linear_1.bias').map((x) => x / (1 + Math.exp(-x)));
    const weight = values('linear_2.weight'); // [width, width]
    const row = (i: number) => hidden.reduce((sum, h, j) => sum + h * weight[i * width + j]!, 0);
    terms.push(values('linear_2.bias').map((b, i) => b + row(i)));
  }
  return terms;
}
