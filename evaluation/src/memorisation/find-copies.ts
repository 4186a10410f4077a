/**
 * Does a model repeat its training images? The nearest training image of every picture, judged by how near the training
 * images are to real ones that were held out.
 */

import { takeFeatures, takeImages } from '../measures/images.ts';
import { hasParts, type PartLay } from '../parts/index.ts';
import { checkFeatures } from '../sets/check-sets.ts';
import type { Watch } from '../sets/hooks.ts';
import type { Features, ImageSet } from '../sets/types.ts';
import { ACTION, checkDifferent, checkImages } from './check.ts';
import { compare } from './compare.ts';
import { findDuplicates } from './duplicates.ts';
import { featureNeighbours } from './feature-neighbours.ts';
import { shiftOf } from './geometry.ts';
import { calibrate, ERROR_RATE, jointPValue, judge } from './judge.ts';
import { NEIGHBOURS, type Neighbours, nearestOf, scoresOf } from './neighbours.ts';
import { orientationsOf } from './orientations.ts';
import { type FoundParts, partSensitivity, repeated, searchParts } from './part-space.ts';
import { pixelNeighbours } from './pixel-neighbours.ts';
import { plantCopies } from './plant.ts';
import { plantParts } from './plant-parts.ts';
import { sensitivityOf } from './sensitivity.ts';
import { factorTo, shrink } from './shrink.ts';
import type { CopyTest, Memorisation, Pair, Space } from './types.ts';
import { conclude, oneInTwenty } from './verdict.ts';

/** Copies that are planted to measure the sensitivity. */
const PLANTED = 200;
/** Of each kind of part. */
const PLANTED_PARTS = 48;
/** Larger images are averaged to this side before their pixels are compared: that hides noise, and bounds the time. */
const LARGEST_SIDE = 64;
/** Closest pairs that are listed in each space. */
const CLOSEST = 20;

interface CopySearch extends Watch {
  /** Pictures of the model. */
  samples: ImageSet;
  /** The images that it was trained on, at least three. */
  training: ImageSet;
  /** Real images that it was not trained on. */
  heldOut: ImageSet;
  /** Without it, only pixels are compared. */
  features?: CopyFeatures | undefined;
  /** Whether pictures are also compared with parts of the training images: of images of at least 16 pixels a side. Default: false. */
  parts?: boolean | undefined;
  /** Of the planted copies and the trials. */
  seed: number;
}

/** What a feature network sees in the images of a search, and the network, for planted copies. */
export interface CopyFeatures {
  samples: Features;
  training: Features;
  heldOut: Features;
  extract(images: ImageSet): Promise<Features>;
}

/** One space: neighbours of the pictures, of held-out images and of planted copies. */
interface Found {
  space: Space;
  samples: Neighbours;
  heldOut: Neighbours;
  /** Absent in crops and halves, where copies of whole images are taken for real ones. */
  planted?: Neighbours | undefined;
}

/** @throws InputError for images or features that cannot be compared */
export async function findCopies(given: CopySearch): Promise<Memorisation> {
  const { samples, training, heldOut, features, seed, signal } = given;
  checkImages(samples, training, heldOut);
  if (features) {
    const { width } = features.training;
    checkFeatures(ACTION, 'the pictures', { features: features.samples, images: samples }, width);
    checkFeatures(ACTION, 'the training images', { features: features.training, images: training }, width);
    checkFeatures(ACTION, 'the held-out images', { features: features.heldOut, images: heldOut }, width);
  }
  const { different, ...duplicates } = findDuplicates(training, heldOut);
  checkDifferent(different.length);
  const planted = await plantCopies(training, PLANTED, seed);
  const withParts = given.parts === true && hasParts(samples.shape);
  const spaces = 1 + (features ? 1 : 0) + (withParts ? 1 : 0);
  const watch = watchParts(given, [samples.count, heldOut.count, planted.count], spaces);
  const factor = factorTo(samples.shape, LARGEST_SIDE);
  const known = shrink(takeImages(training, different), factor);
  const inPixels = (images: ImageSet) => pixelNeighbours(shrink(images, factor), known, watch());
  const found: Found[] = [
    {
      space: 'pixels',
      samples: await inPixels(samples),
      heldOut: await inPixels(heldOut),
      planted: await inPixels(planted),
    },
  ];
  if (features) {
    const learned = takeFeatures(features.training, different);
    const inFeatures = (of: Features) => featureNeighbours(of, learned, watch());
    found.push({
      space: 'features',
      samples: await inFeatures(features.samples),
      heldOut: await inFeatures(features.heldOut),
      planted: await inFeatures(await features.extract(planted)),
    });
  }
  const plantedParts = withParts ? await plantParts(training, heldOut, PLANTED_PARTS, seed) : [];
  let partsFound: FoundParts[] = [];
  if (withParts) {
    const sets = [samples, heldOut, ...plantedParts.map(({ images }) => images)];
    const [first, second, ...others] = await searchParts(
      sets.map((images) => shrink(images, factor)),
      known,
      wholeOf(given, [samples.count, heldOut.count, planted.count], spaces),
    );
    for (const space of ['crops', 'halves'] as const)
      found.push({ space, samples: first![space], heldOut: second![space] });
    partsFound = others;
  }
  const tests = found.map(testOf);
  const pValue = jointPValue(tests);
  const real = found.map((space) => scoresOf(space.heldOut));
  const also = oneInTwenty(samples.count);
  const sensitivity = sensitivityOf(
    {
      heldOut: real,
      planted: found.map(({ planted: of }, i) => (of ? scoresOf(of) : repeated(real[i]!, planted.count))),
    },
    samples.count,
    also,
    seed,
    signal,
  );
  const trials = { heldOut: real, thresholds: thresholdsOf(tests), count: samples.count, also, seed, signal };
  const pairs = found.map((space, i) => pairsOf(space, tests[i]!.threshold, different, factor));
  const counts = { samples: samples.count, training: training.count, heldOut: heldOut.count };
  const search = {
    shift: factor * shiftOf(known.shape),
    orientations: orientationsOf(samples.shape).length,
    neighbours: Math.min(NEIGHBOURS, different.length),
    reduced: factor,
  };
  return {
    ...conclude({ pValue, tests, sensitivity, counts, duplicates, search }),
    pValue,
    errorRate: ERROR_RATE,
    counts,
    duplicates,
    search,
    ...(withParts && { parts: partSensitivity(plantedParts, partsFound, trials) }),
    tests,
    flagged: pairs.flatMap((all) => all.filter(({ flagged }) => flagged)),
    closest: pairs.flatMap((all) => all.slice(0, CLOSEST)),
    sensitivity,
  };
}

/** One progress for several searches: rows done of all rows. */
function watchParts({ onProgress, signal }: Watch, parts: readonly number[], spaces: number): () => Watch {
  const total = spaces * parts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  let next = 0;
  return () => {
    const start = before;
    before += parts[next++ % parts.length]!;
    return { signal, onProgress: onProgress && ((done) => onProgress(start + done, total)) };
  };
}

/** Of the last two spaces. */
function thresholdsOf(tests: readonly CopyTest[]) {
  const [crops, halves] = tests.slice(-2).map(({ threshold }) => threshold);
  return { crops: crops!, halves: halves! };
}

/** That of crops and halves, which are searched for all sets at once. */
function wholeOf({ onProgress, signal }: Watch, sets: readonly number[], spaces: number): Watch {
  const each = sets.reduce((sum, count) => sum + count, 0);
  const total = spaces * each;
  return {
    signal,
    onProgress: onProgress && ((done, all) => onProgress(total - each + Math.floor((each * done) / all), total)),
  };
}

function testOf({ space, samples, heldOut }: Found): CopyTest {
  const scores = scoresOf(samples);
  const real = scoresOf(heldOut);
  const calibration = calibrate(real);
  return {
    space,
    threshold: calibration.threshold,
    ...judge(scores, calibration),
    distances: compare(nearestOf(samples), nearestOf(heldOut)),
    scores: compare(scores, real),
  };
}

/**
 * Lowest score first.
 * @param different numbers of the training images that were searched @param factor that images were shrunk by
 */
function pairsOf({ space, samples }: Found, threshold: number, different: readonly number[], factor: number): Pair[] {
  const { each, training, distances, moves, lays } = samples;
  const pairs = Array.from(scoresOf(samples), (score, sample): Pair => {
    const at = sample * each;
    const [distance, secondDistance] = [distances[at]!, distances[at + 1]!];
    const move = moves?.[at];
    const lay = lays?.[at];
    return {
      space,
      sample,
      training: different[training[at]!]!,
      second: different[training[at + 1]!]!,
      distance,
      secondDistance,
      ratio: secondDistance === 0 ? 1 : distance / secondDistance,
      score,
      ...(move && { ...move, shift: [factor * move.shift[0], factor * move.shift[1]] }),
      ...(lay && { part: partOfPair(lay, factor) }),
      flagged: score < threshold,
    };
  });
  return pairs.sort((a, b) => a.score - b.score || a.sample - b.sample);
}

function partOfPair({ name, rectangle }: PartLay, factor: number): NonNullable<Pair['part']> {
  const inPixels = (value: number) => Math.round(10 * factor * value) / 10;
  const { left, top, width, height } = rectangle;
  return { name, left: inPixels(left), top: inPixels(top), width: inPixels(width), height: inPixels(height) };
}
