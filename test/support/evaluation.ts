/** An evaluation that nobody made: numbers as a model of ten classes may have them, and pictures of rings. */
import { gaussian } from '@onnoise/scheduler';
import type { Measure, SampledSettings } from '@onnoise/scheduler/evaluation';
import type { Compared, CopyTest, Memorisation, Pair } from '#evaluation/memorisation/types.ts';
import type { ClassShares, Evaluation, ReportPictures } from '#evaluation/report/types.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';

const COUNT = 500;

/** Of a model. */
export type ModelEvaluation = Evaluation & { model: NonNullable<Evaluation['model']>; settings: SampledSettings };

export function exampleEvaluation(more: Partial<ModelEvaluation> = {}): ModelEvaluation {
  return {
    version: 1,
    date: '2026-03-14T15:09:26.535Z',
    onnoise: '0.1.0',
    machine: 'An example processor, 2 cores, Linux',
    model: { name: 'rings', hash: hex(1), parameters: 1_063_777, network: 'UNet2DModel' },
    data: { name: 'rings', hash: hex(2), train: 9500, heldOut: COUNT },
    features: { kind: 'classifier', name: 'classifier of rings', hash: hex(3), width: 64, accuracy: 0.986 },
    settings: { count: COUNT, sampler: 'ddpm', steps: 20, calls: 20, seed: 7, device: 'cpu' },
    measures: exampleMeasures(18.2),
    classes: exampleClasses(),
    memorisation: exampleMemorisation(),
    secondsAPicture: 0.0412,
    ...more,
  };
}

export function exampleMeasures(frechet: number): Measure[] {
  const measure = (
    id: string,
    name: string,
    better: Measure['better'],
    model: readonly [number, number, number],
    real: readonly [number, number, number],
    noise: number,
  ): Measure => ({
    id,
    name,
    better,
    model: { value: model[0], interval: [model[1], model[2]] },
    real: { value: real[0], interval: [real[1], real[2]] },
    noise: { value: noise },
  });
  return [
    measure('class_accuracy', 'Class accuracy', 'higher', [0.948, 0.926, 0.966], [0.986, 0.974, 0.994], 0.104),
    measure('frechet', 'Frechet distance', 'lower', [frechet, 0.93 * frechet, 1.09 * frechet], [9.06, 8.4, 9.9], 903.4),
    measure('kernel', 'Kernel distance', 'lower', [0.0121, 0.0089, 0.0164], [0.0003, -0.0011, 0.0019], 1.83),
    // Earlier versions measured this one, too: their figures are read and shown.
    measure(
      'sliced_wasserstein',
      'Sliced Wasserstein distance',
      'lower',
      [0.0312, 0.0287, 0.0361],
      [0.0214, 0.0199, 0.0241],
      0.712,
    ),
    measure('precision', 'Precision', 'higher', [0.861, 0.828, 0.894], [0.912, 0.884, 0.936], 0),
    measure('recall', 'Recall', 'higher', [0.894, 0.862, 0.92], [0.918, 0.892, 0.942], 0.002),
    measure('density', 'Density', 'higher', [0.874, 0.82, 0.93], [1.01, 0.96, 1.06], 0),
    measure('coverage', 'Coverage', 'higher', [0.846, 0.812, 0.878], [0.941, 0.92, 0.96], 0),
    measure('ms_ssim', 'MS-SSIM of pairs', 'none', [0.241, 0.232, 0.25], [0.236, 0.228, 0.245], 0.012),
  ];
}

function exampleClasses(): ClassShares[] {
  return Array.from({ length: 10 }, (_, i) => ({
    name: i === 9 ? '<script>alert("nine")</script>' : String(i),
    asked: 0.1,
    seen: 0.1 + 0.006 * Math.sin(3 * i),
    right: 0.95 - 0.04 * Math.abs(Math.sin(2 * i)),
    realRight: 0.985 - 0.01 * Math.abs(Math.cos(i)),
  }));
}

export function exampleMemorisation(more: Partial<Memorisation> = {}): Memorisation {
  return {
    verdict: 'none found',
    reason: 'The pictures are as far from the training images as held-out images are.',
    pValue: 0.62,
    errorRate: 0.01,
    counts: { samples: COUNT, training: 9500, heldOut: COUNT },
    duplicates: { heldOut: 0, repeated: 0, training: 0 },
    search: { shift: 2, orientations: 8, neighbours: 10, reduced: 1 },
    tests: [exampleTest('pixels', 0.71, 0.42), exampleTest('features', 3.9, 0.31)],
    flagged: [],
    closest: Array.from({ length: 9 }, (_, i) => examplePair(i)),
    sensitivity: [0, 1, 2, 3, 5, 10, 20, 50].map((copies) => ({
      copies,
      found: copies === 0 ? 0.008 : 1 - 0.5 ** copies,
    })),
    ...more,
  };
}

function exampleTest(space: CopyTest['space'], middle: number, threshold: number): CopyTest {
  return {
    space,
    threshold,
    falseAlarmRate: { value: 0.001, interval: [0, 0.007] },
    flagged: 0,
    expected: 0.5,
    countPValue: 1,
    closestPValue: 0.31,
    distances: bells(1.02 * middle, middle, middle / 6),
    scores: bells(0.86, 0.85, 0.06),
    ...(space === 'features' && { closestPValue: 0.88 }),
  };
}

/** Two histograms of 30 bars. */
function bells(samples: number, heldOut: number, width: number): Compared {
  const edges = Array.from({ length: 31 }, (_, i) => heldOut + (i / 5 - 3) * width);
  const summary = (middle: number) => ({
    least: middle - 2.9 * width,
    quantiles: [middle - 1.6 * width, middle, middle + 1.6 * width] as const,
    bars: edges.slice(1).map((edge) => Math.round(40 * Math.exp(-(((edge - middle) / width) ** 2) / 2))),
  });
  return { samples: summary(samples), heldOut: summary(heldOut), edges, lower: 0.48, z: -1.1 };
}

function examplePair(i: number): Pair {
  const ratio = 0.82 + 0.01 * i;
  const distance = 0.36 + 0.01 * i;
  return {
    space: i % 2 === 0 ? 'pixels' : 'features',
    sample: 5 * i,
    training: 3 * i + 1,
    second: 3 * i + 2,
    distance,
    secondDistance: distance / ratio,
    ratio,
    score: ratio - 0.1,
    ...(i % 2 === 0 && ({ mirrored: i === 4, turned: i === 4 ? 90 : 0, shift: [1, 0], inverted: i === 2 } as const)),
    flagged: i === 0,
  };
}

/** Rings of a seed, as the pictures of a report. */
export function examplePictures(shape: ImageSet['shape'] = [1, 28, 28]): ReportPictures {
  return {
    samples: rings(64, shape, 1),
    real: rings(64, shape, 2),
    training: rings(64, shape, 3),
    trainingNames: { nameOf: (i) => String(100 + i), order: 'in the order of their paths' },
  };
}

function rings(count: number, shape: ImageSet['shape'], seed: number): ImageSet {
  const [channels, height, width] = shape;
  const random = new Float32Array(4 * count);
  gaussian(seed, 0, random);
  const pixels = new Uint8Array(count * channels * height * width);
  let at = 0;
  for (let image = 0; image < count; image++) {
    const [a, b, c, d] = random.subarray(4 * image, 4 * image + 4) as unknown as [number, number, number, number];
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const far = Math.hypot(x / width - 0.5 - 0.04 * a, (y / height - 0.5) * (1 + 0.15 * b));
          const ring = Math.exp(-(((far - 0.28 - 0.05 * c) / (0.06 + 0.01 * d)) ** 2));
          pixels[at++] = 255 * ring * (channel === 0 ? 1 : 0.5 + 0.4 * Math.tanh(channel * a));
        }
      }
    }
  }
  return { shape, count, pixels };
}

const hex = (digit: number): string => String(digit).repeat(64);
