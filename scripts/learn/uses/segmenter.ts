/**
 * A segmenter that reads the feature maps of a diffusion model: what its network knows of a picture with little noise, and a
 * linear classifier of pixels on top, by ridge regression on a few labelled pictures.
 *
 * Source: Baranchuk et al. 2022, "Label-efficient semantic segmentation with diffusion models" (2112.03126).
 */
import { readFile } from 'node:fs/promises';
import { addNoise, gaussian, makeSchedule, type SchedulerConfig } from '@onnoise/scheduler';
import { conditionRows, extraInputs, inputTensors, type NetworkShape } from '@onnoise/scheduler/model';
import { createSession, Tensor } from '#runtime-node/onnxruntime.ts';
import { valuesOfModules, withOutputs } from '#runtime-web/session/onnx-modules.ts';
import { type Phantoms, pictureOf, SIDE, SIZE } from './phantoms.ts';

/** Blocks whose maps are read, and the timesteps at which they are. */
const MODULES = ['up_blocks.0.resnets.1', 'up_blocks.1.resnets.1', 'up_blocks.2.resnets.1'];
const TIMES = [30, 120];
/** Of the noise; ridge; every so many pixels are learnt from. */
const [SEED, RIDGE, STRIDE] = [1, 0.05, 3];

export interface Segmenter {
  /** Class numbers, [SIDE, SIDE]. */
  segment(picture: Float32Array): Promise<Uint8Array>;
  /** Numbers that say what a pixel is like. */
  features: number;
}

interface Model extends NetworkShape {
  scheduler: SchedulerConfig;
}

/**
 * Rare classes weigh more, by the root of how rare they are.
 * @param masks class numbers, [count, SIDE, SIDE]
 * @param learnt numbers of the phantoms whose label maps are learnt from
 */
export async function learnSegmenter(
  network: string,
  model: Model,
  { phantoms, masks, classes }: { phantoms: Phantoms; masks: Uint8Array; classes: number },
  learnt: readonly number[],
): Promise<Segmenter> {
  const onnx = new Uint8Array(await readFile(network));
  const values = await valuesOfModules(onnx, MODULES);
  const session = await createSession(withOutputs(onnx, values));
  const schedule = makeSchedule(model.scheduler);
  const extra = extraInputs(model);

  /** [features, SIZE], the last of them 1 */
  const featuresOf = async (picture: Float32Array): Promise<Float32Array[]> => {
    const maps: Float32Array[] = [picture];
    for (const t of TIMES) {
      const noise = new Float32Array(SIZE);
      gaussian(SEED, 0, noise);
      const feeds = inputTensors(extra, conditionRows(extra, {}, 1)).map(
        ({ name, type, values, dims }) => [name, new Tensor(type as 'float32', values as Float32Array, dims)] as const,
      );
      const out = await session.run(
        {
          sample: new Tensor('float32', addNoise(schedule, picture, noise, [t]), [1, ...model.shape]),
          timestep: new Tensor('float32', Float32Array.of(t), [1]),
          ...Object.fromEntries(feeds),
        },
        values,
      );
      for (const name of values) {
        const { data, dims } = out[name]!;
        const [, channels = 0, height = 0] = dims;
        for (let c = 0; c < channels; c++) {
          maps.push(enlarged((data as Float32Array).subarray(c * height ** 2, (c + 1) * height ** 2), height));
        }
      }
    }
    return [...maps, new Float32Array(SIZE).fill(1)];
  };

  const counts = new Float64Array(classes);
  for (const i of learnt) for (const label of masks.subarray(i * SIZE, (i + 1) * SIZE)) counts[label]!++;
  let sums: Float64Array[] = [];
  for (const i of learnt) {
    const maps = await featuresOf(pictureOf(phantoms, i));
    const size = maps.length;
    if (sums.length === 0) sums = maps.map(() => new Float64Array(size + classes));
    const row = new Float64Array(size);
    for (let pixel = i % STRIDE; pixel < SIZE; pixel += STRIDE) {
      for (let f = 0; f < size; f++) row[f] = maps[f]![pixel]!;
      const label = masks[i * SIZE + pixel]!;
      const weight = 1 / Math.sqrt(counts[label]!);
      for (let f = 0; f < size; f++) {
        const [value, into] = [weight * row[f]!, sums[f]!];
        for (let g = 0; g <= f; g++) into[g]! += value * row[g]!;
        into[size + label]! += value;
      }
    }
  }
  const size = sums.length;
  const weights = solve(
    sums.map((row, f) => row.map((value, g) => value + (f === g ? RIDGE : 0))),
    size,
    classes,
  );
  return {
    features: size,
    segment: async (picture) => {
      const maps = await featuresOf(picture);
      return Uint8Array.from({ length: SIZE }, (_, pixel) => {
        let [best, most] = [0, Number.NEGATIVE_INFINITY];
        for (let k = 0; k < classes; k++) {
          let score = 0;
          for (let f = 0; f < size; f++) score += weights[f]![k]! * maps[f]![pixel]!;
          if (score > most) [best, most] = [k, score];
        }
        return best;
      });
    },
  };
}

/** [side, side] to [SIDE, SIDE], linear between the middles of its pixels. */
function enlarged(map: Float32Array, side: number): Float32Array {
  const at = (y: number, x: number) => map[y * side + x]!;
  const place = (to: number) => Math.min(side - 1, Math.max(0, ((to + 0.5) * side) / SIDE - 0.5));
  return Float32Array.from({ length: SIZE }, (_, i) => {
    const [y, x] = [place(Math.floor(i / SIDE)), place(i % SIDE)];
    const [y0, x0] = [Math.floor(y), Math.floor(x)];
    const [y1, x1] = [Math.min(side - 1, y0 + 1), Math.min(side - 1, x0 + 1)];
    const [dy, dx] = [y - y0, x - x0];
    return (1 - dy) * ((1 - dx) * at(y0, x0) + dx * at(y0, x1)) + dy * ((1 - dx) * at(y1, x0) + dx * at(y1, x1));
  });
}

/** Solves a symmetric system by Cholesky, of whose matrix the lower half is there; right sides follow. @returns [size, right] */
function solve(system: Float64Array[], size: number, right: number): Float64Array[] {
  const L = system.map((row) => row.slice(0, size));
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = L[i]![j]!;
      for (let k = 0; k < j; k++) sum -= L[i]![k]! * L[j]![k]!;
      L[i]![j] = i === j ? Math.sqrt(sum) : sum / L[j]![j]!;
    }
  }
  const out = system.map((row) => row.slice(size, size + right));
  for (let k = 0; k < right; k++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) out[i]![k]! -= L[i]![j]! * out[j]![k]!;
      out[i]![k]! /= L[i]![i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      for (let j = i + 1; j < size; j++) out[i]![k]! -= L[j]![i]! * out[j]![k]!;
      out[i]![k]! /= L[i]![i]!;
    }
  }
  return out;
}
