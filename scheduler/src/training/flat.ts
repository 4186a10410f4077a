/**
 * A training state as a few vectors. Each parameter stands at the same place in every vector that holds it: first those
 * that Adam updates, which have two moments; then those that Muon updates, which have one; last what is not trained,
 * BatchNorm's statistics, which have none. So `adam.v` is a beginning of `adam.m`, and that is one of `model`.
 *
 * | vector   | what                                             |
 * |----------|--------------------------------------------------|
 * | `model`  | the weights                                      |
 * | `adam.m` | first moments; Muon's momentum                   |
 * | `adam.v` | second moments                                   |
 * | `ema`    | averaged weights                                 |
 */
import { sizeOf } from '../model/size.ts';

export interface FlatVector {
  name: string;
  /** Number of its values. */
  size: number;
}

export interface FlatParameter {
  /** PyTorch's name. */
  name: string;
  shape: readonly number[];
  /** Values before it, in every vector that holds it. */
  offset: number;
}

export interface FlatLayout {
  vectors: readonly FlatVector[];
  /** In the network's order. */
  parameters: readonly FlatParameter[];
}

const AVERAGES = 'ema';
const WEIGHTS = 'model';

/** The parameters that a vector holds. */
const heldBy = ({ parameters }: FlatLayout, { size }: FlatVector): FlatParameter[] =>
  parameters.filter((parameter) => parameter.offset + sizeOf(parameter.shape) <= size);

/**
 * From tensors by the names of a training state, such as `adam.m.conv_in.weight`, to vectors. Tensors that are left out
 * start: moments at 0, averages as the weights.
 * @throws Error for a tensor that is missing or has another size.
 */
export function packState(
  layout: FlatLayout,
  state: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array<ArrayBuffer>> {
  return new Map(
    layout.vectors.map((vector) => {
      const packed = new Float32Array(vector.size);
      for (const { name, shape, offset } of heldBy(layout, vector)) {
        const given = state.get(`${vector.name}.${name}`);
        const values = given ?? (vector.name === AVERAGES ? state.get(`${WEIGHTS}.${name}`) : undefined);
        if (values === undefined && vector.name !== WEIGHTS) continue;
        if (values?.length !== sizeOf(shape)) {
          throw new Error(`${vector.name}.${name} must have ${sizeOf(shape)} values, has ${values?.length ?? 'none'}`);
        }
        packed.set(values, offset);
      }
      return [vector.name, packed];
    }),
  );
}

/** The opposite. The arrays are copies. */
export function unpackState(
  layout: FlatLayout,
  vectors: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array<ArrayBuffer>> {
  const state = new Map<string, Float32Array<ArrayBuffer>>();
  for (const vector of layout.vectors) {
    for (const { name, shape, offset } of heldBy(layout, vector)) {
      const values = vectors.get(vector.name)!.slice(offset, offset + sizeOf(shape));
      state.set(`${vector.name}.${name}`, values as Float32Array<ArrayBuffer>);
    }
  }
  return state;
}

/** The weights to sample with: averaged ones where there are some, views of the vectors, by the parameters' names. */
export function weightsOf(layout: FlatLayout, vectors: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  const averages = layout.vectors.find(({ name }) => name === AVERAGES);
  const averaged = new Set(averages && heldBy(layout, averages).map(({ name }) => name));
  return new Map(
    layout.parameters.map(({ name, shape, offset }) => {
      const vector = vectors.get(averaged.has(name) ? AVERAGES : WEIGHTS)!;
      return [name, vector.subarray(offset, offset + sizeOf(shape))];
    }),
  );
}
