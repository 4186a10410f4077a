/** The nearest training images by their parts: crops that a picture shows enlarged, and halves. */
import { lettingOthersRun } from '../measures/let-others-run.ts';
import type { Watch } from '../sets/hooks.ts';
import type { ImageSet } from '../sets/types.ts';
import { type Candidates, candidatesOf } from './candidates.ts';
import { type Asked, askedOf, openLayers } from './lay.ts';
import { PARTS, type PartName } from './places.ts';
import { planeOf, type Rectangle } from './plane.ts';

/** Which part of a training image lies on which part of a picture. */
export interface PartLay {
  name: PartName;
  /** In the training image, in pixels. */
  rectangle: Rectangle;
}

/** For each picture the training images whose part is nearest, nearest first. */
export interface PartNeighbours {
  count: number;
  each: number;
  /** [count, each] */
  training: Int32Array;
  /** [count, each]: from 0 (the same, up to brightness and contrast) to 1.41 (unrelated). */
  distances: Float64Array;
  /** [count, each] */
  lays: PartLay[];
}

/** Training images that are looked at for each part of a picture: the nearest, and those that it is compared with. */
const PART_NEIGHBOURS = 8;

/**
 * @param training of the same shape, at least one
 * @returns one for each of PARTS
 */
export async function partNeighbours(
  pictures: ImageSet,
  training: ImageSet,
  { onProgress, signal }: Watch = {},
): Promise<PartNeighbours[]> {
  // Half of the work each, or so.
  const report = (half: 0 | 1) => (done: number, total: number) =>
    onProgress?.(Math.floor((pictures.count * (half + done / total)) / 2), pictures.count);
  const candidates = await candidatesOf(pictures, training, { signal, onProgress: report(0) });
  const asked = PARTS.map((name) =>
    Array.from({ length: pictures.count }, (_, i) => askedOf(planeOf(pictures, i), name, pictures.shape)),
  );
  const laid = await layAll(candidates, asked, training, { signal, onProgress: report(1) });
  return PARTS.map((name, part) => nearestOf(laid[part]!, candidates[part]!, name));
}

/** Where each candidate lies: [pictures, each]. */
interface AllLaid {
  distances: Float64Array;
  rectangles: Rectangle[];
}

/** Image after image, since what is known of one serves all pictures that it may lie on. */
async function layAll(
  candidates: readonly Candidates[],
  asked: readonly (readonly Asked[])[],
  training: ImageSet,
  { onProgress, signal }: Watch,
): Promise<AllLaid[]> {
  const letOthersRun = lettingOthersRun(signal);
  const layerOf = openLayers(training.shape);
  const laid = candidates.map(({ images }): AllLaid => {
    return { distances: new Float64Array(images.length), rectangles: new Array(images.length) };
  });
  const places = candidates.map(({ images }) => placesByImage(images, training.count));
  for (let image = 0; image < training.count; image++) {
    await letOthersRun();
    const layer = layerOf(planeOf(training, image));
    for (const [part, name] of PARTS.entries()) {
      const { each } = candidates[part]!;
      for (const place of places[part]!(image)) {
        const of = asked[part]![Math.floor(place / each)]!;
        const { rectangle } = layer.lay(of, name);
        laid[part]!.distances[place] = layer.distance(of, rectangle);
        laid[part]!.rectangles[place] = rectangle;
      }
    }
    onProgress?.(image + 1, training.count);
  }
  return laid;
}

/** Where each image stands in a list. */
function placesByImage(images: Int32Array, count: number): (image: number) => Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (const image of images) starts[image + 1]!++;
  for (let image = 0; image < count; image++) starts[image + 1]! += starts[image]!;
  const next = starts.slice();
  const places = new Uint32Array(images.length);
  for (const [place, image] of images.entries()) places[next[image]!++] = place;
  return (image) => places.subarray(starts[image]!, starts[image + 1]!);
}

function nearestOf(
  { distances, rectangles }: AllLaid,
  { each: all, images }: Candidates,
  name: PartName,
): PartNeighbours {
  const each = Math.min(PART_NEIGHBOURS, all);
  const count = images.length / all;
  const found: PartNeighbours = {
    count,
    each,
    training: new Int32Array(count * each),
    distances: new Float64Array(count * each),
    lays: [],
  };
  for (let picture = 0; picture < count; picture++) {
    const order = Array.from({ length: all }, (_, i) => picture * all + i);
    order.sort((a, b) => distances[a]! - distances[b]! || images[a]! - images[b]!);
    for (let i = 0; i < each; i++) {
      const place = order[i]!;
      found.training[picture * each + i] = images[place]!;
      found.distances[picture * each + i] = distances[place]!;
      found.lays.push({ name, rectangle: rectangles[place]! });
    }
  }
  return found;
}
