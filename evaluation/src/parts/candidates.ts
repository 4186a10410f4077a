/**
 * The training images whose parts look most like a picture: one matrix product for a few images at a time, by onnxruntime, of coarse
 * cells. All pictures are compared at once, so the parts of each image are read once. N pictures cost 2 N M C 36 operations against M
 * images with C crops each.
 */
import { createSession, Tensor } from '@onnoise/runtime-node/onnxruntime';
import { encodeModel, GraphBuilder } from '@onnoise/tracer';
import type { Watch } from '../sets/hooks.ts';
import type { ImageSet } from '../sets/types.ts';
import { cropsOf, PARTS, type PartName, partOf } from './places.ts';
import { cellsOf, planeOf } from './plane.ts';

/** Cells a side of a part: so few that crops may lie a third of a cell beside the right place. */
export const CELLS = 6;
const WIDTH = CELLS * CELLS;
/** How many images to find for each part: a crop that lies beside the right place is not the first of them. */
const MOST = { crop: 48, left: 8, right: 8, top: 8, bottom: 8 } as const satisfies Record<PartName, number>;
/** Images of a call. */
const BLOCK = 16;
const HALVES = PARTS.slice(1);

/** Training images whose part may be that of a picture. */
export interface Candidates {
  /** Of each picture. */
  each: number;
  /** [pictures, each]: numbers of training images, in no order. */
  images: Int32Array;
}

/** @returns one for each of PARTS */
export async function candidatesOf(
  pictures: ImageSet,
  training: ImageSet,
  { onProgress, signal }: Watch = {},
): Promise<Candidates[]> {
  const { shape } = training;
  const crops = cropsOf(shape);
  const size = WIDTH * pictures.count;
  const asked = new Float32Array(PARTS.length * size);
  for (const [part, name] of PARTS.entries()) columnsOf(pictures, name, asked.subarray(part * size));
  const best = PARTS.map((name) => openBest(pictures.count, Math.min(MOST[name], training.count)));
  const session = await createSession(encodeModel(likenessGraph(crops.length)), { logSeverityLevel: 3 });
  const queries = {
    whole: new Tensor('float32', asked.subarray(0, size), [WIDTH, pictures.count]),
    halves: new Tensor('float32', asked.subarray(size), [HALVES.length, WIDTH, pictures.count]),
  };
  try {
    for (let first = 0; first < training.count; first += BLOCK) {
      signal?.throwIfAborted();
      const images = Math.min(BLOCK, training.count - first);
      const cropped = new Float32Array(images * crops.length * WIDTH);
      const halved = new Float32Array(HALVES.length * images * WIDTH);
      for (let i = 0; i < images; i++) {
        const plane = planeOf(training, first + i);
        for (const [c, crop] of crops.entries()) {
          cellsOf(plane, crop, CELLS, cropped.subarray((i * crops.length + c) * WIDTH));
        }
        for (const [h, half] of HALVES.entries()) {
          cellsOf(plane, partOf(half, shape), CELLS, halved.subarray((h * images + i) * WIDTH));
        }
      }
      const { likeness } = await session.run({
        ...queries,
        crops: new Tensor('float32', cropped, [images * crops.length, WIDTH]),
        parts: new Tensor('float32', halved, [HALVES.length, images, WIDTH]),
      });
      const found = likeness!.data as Float32Array; // [PARTS, images, pictures]
      for (const [part, list] of best.entries()) {
        for (let i = 0; i < images; i++) {
          const at = (part * images + i) * pictures.count;
          list.add(first + i, found.subarray(at, at + pictures.count));
        }
      }
      onProgress?.(first + images, training.count);
    }
  } finally {
    await session.release();
  }
  return best.map(({ each, images }) => ({ each, images }));
}

/** One part of all pictures, a column each. @param columns [WIDTH, count] */
function columnsOf(pictures: ImageSet, name: PartName, columns: Float32Array): void {
  const part = partOf(name, pictures.shape);
  const cells = new Float32Array(WIDTH);
  for (let i = 0; i < pictures.count; i++) {
    cellsOf(planeOf(pictures, i), part, CELLS, cells);
    for (let k = 0; k < WIDTH; k++) columns[k * pictures.count + i] = cells[k]!;
  }
}

/** The `each` images that are most like each picture, of those that were added. */
function openBest(pictures: number, each: number) {
  const images = new Int32Array(pictures * each);
  const likeness = new Float32Array(pictures * each).fill(-Infinity);
  const least = new Float32Array(pictures).fill(-Infinity);
  return {
    each,
    images,
    add(image: number, of: Float32Array) {
      for (let picture = 0; picture < pictures; picture++) {
        const value = of[picture]!;
        if (value <= least[picture]!) continue;
        const list = likeness.subarray(picture * each, (picture + 1) * each);
        const place = list.indexOf(least[picture]!);
        list[place] = value;
        images[picture * each + place] = image;
        let lowest = Infinity;
        for (const value of list) if (value < lowest) lowest = value;
        least[picture] = lowest;
      }
    },
  };
}

/** `crops` [images x C, D] and `parts` [halves, images, D] against `whole` [D, N] and `halves` [halves, D, N]: [1 + halves, images, N]. */
function likenessGraph(crops: number) {
  const b = new GraphBuilder('likeness');
  const { graph } = b;
  const port = (name: string, dims: (string | number)[]) => graph.inputs.push({ name, dtype: 'float32', dims });
  port('crops', ['rows', WIDTH]);
  port('whole', [WIDTH, 'pictures']);
  port('parts', [HALVES.length, 'images', WIDTH]);
  port('halves', [HALVES.length, WIDTH, 'pictures']);
  // Nothing reads these: extents are dynamic.
  const unknown = { dtype: 'float32', dims: [] } as const;
  const products = b.emit('MatMul', ['crops', 'whole'], unknown);
  const apart = b.emit('Unsqueeze', [products, b.shape([0])], unknown);
  const split = b.emit('Reshape', [apart, b.shape([-1, crops, 0])], unknown);
  const most = b.emit('ReduceMax', [split, b.shape([1])], unknown, { attributes: { keepdims: { int: 0 } } });
  const crop = b.emit('Unsqueeze', [most, b.shape([0])], unknown);
  const half = b.emit('MatMul', ['parts', 'halves'], unknown);
  graph.nodes.push({
    name: 'likeness',
    op: 'Concat',
    domain: '',
    inputs: [crop, half],
    outputs: ['likeness'],
    attributes: { axis: { int: 0 } },
  });
  graph.outputs.push({ name: 'likeness', dtype: 'float32', dims: ['kinds', 'images', 'pictures'] });
  return graph;
}
