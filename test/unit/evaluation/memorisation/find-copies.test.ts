import { InputError } from '@onnoise/scheduler/rules';
import { beforeAll, expect, test } from 'vitest';
import { type CopyFeatures, findCopies } from '#evaluation/memorisation/index.ts';
import type { Features, ImageSet } from '#evaluation/sets/types.ts';
import { gaussian, shuffle } from '#scheduler/index.ts';
import { change, digitGroups, join, pick, sizeOfImage, upTo } from '#test/evaluate/digits.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const COPIED = upTo(8).map((i) => 37 * i);
const folder = temporaryFolder();
let training: ImageSet;
let heldOut: ImageSet;
let fresh: ImageSet;

beforeAll(async () => {
  ({ training, heldOut, fresh } = await digitGroups(folder, { training: 800, heldOut: 240, fresh: 120 }));
});

/** Real digits, and these in place of the first. */
const among = (copies: ImageSet) => join(copies, pick(fresh, upTo(fresh.count).slice(copies.count)));
const copied = () => pick(training, COPIED);

const noise = new Float32Array(120 * 784);
gaussian(3, 0, noise);

/** A fixed random map of pixels to 24 numbers. */
function look(images: ImageSet): Promise<Features> {
  const size = sizeOfImage(images);
  const values = new Float32Array(images.count * 24);
  for (let i = 0; i < values.length; i++) {
    const image = Math.floor(i / 24);
    for (let at = 0; at < size; at++)
      values[i]! += (noise[(i % 24) * size + at]! * images.pixels[image * size + at]!) / 255;
  }
  return Promise.resolve({ count: images.count, width: 24, values });
}

async function featuresOf(samples: ImageSet): Promise<CopyFeatures> {
  return { samples: await look(samples), training: await look(training), heldOut: await look(heldOut), extract: look };
}

const changes: [string, (images: ImageSet) => ImageSet][] = [
  ['as they are', (images) => images],
  ['moved by two pixels both ways', (images) => change(images, (at, x, y) => at(x - 2, y + 2))],
  ['with 0.95 of the contrast', (images) => change(images, (at, x, y) => 127.5 + 0.95 * (at(x, y) - 127.5))],
  ['a little darker', (images) => change(images, (at, x, y) => 0.9 * at(x, y))],
  ['with some noise', (images) => change(images, (at, x, y, i) => at(x, y) + 8 * noise[i]!)],
];

const finds = async ([, changed]: (typeof changes)[number]) =>
  expectFound({ samples: among(changed(copied())), training, heldOut });

async function expectFound(sets: { samples: ImageSet; training: ImageSet; heldOut: ImageSet }): Promise<void> {
  const found = await findCopies({ ...sets, seed: 0 });
  expect(found.verdict).toBe('copies found');
  expect(found.pValue).toBeLessThan(found.errorRate);
  const pairs = new Map(found.flagged.map((pair) => [pair.sample, pair]));
  expect(COPIED.map((_, sample) => pairs.get(sample)?.training)).toEqual(COPIED);
  expect(found.flagged.length).toBeLessThan(COPIED.length + 5);
  const [test] = found.tests;
  expect(test!.flagged).toBe(found.flagged.length);
}
test.for(changes)('copies %s are found, each with its training image', { tags: 'long' }, finds);

test('real digits are not accused, by pixels and features', { tags: 'long' }, async () => {
  const given = { samples: fresh, training, heldOut, features: await featuresOf(fresh), seed: 0 };
  const seen: number[] = [];
  const found = await findCopies({ ...given, onProgress: (done, total) => seen.push(done / total) });
  expect([seen, seen.at(-1)]).toEqual([seen.toSorted((a, b) => a - b), 1]);
  expect(JSON.parse(JSON.stringify(await findCopies(given)))).toEqual(found);
  await expect(findCopies({ ...given, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  expect(found.verdict).toBe('none found');
  expect(found.tests.map(({ space }) => space)).toEqual(['pixels', 'features']);
  expect(found.counts).toEqual({ samples: 120, training: 800, heldOut: 240 });
  expect(found.duplicates).toEqual({ heldOut: 0, repeated: 0, training: 0 });
  for (const { threshold, falseAlarmRate, scores } of found.tests) {
    expect(threshold).toBe(scores.heldOut.least);
    expect(falseAlarmRate.value).toBeCloseTo(1 / 241, 12);
    expect(scores.lower).toBeGreaterThan(0.4);
    expect(scores.lower).toBeLessThan(0.6);
  }
  // Some copies would have been seen, and real images are seldom accused.
  expect(found.sensitivity[0]!.copies).toBe(0);
  expect(found.sensitivity[0]!.found).toBeLessThan(0.05);
  expect(found.sensitivity.at(-1)!.found).toBe(1);
});

test('training images with their pixels in another order are no copies', { tags: 'long' }, async () => {
  const order = shuffle(Uint32Array.from(upTo(784)), 5, 0);
  const shuffled = pick(training, upTo(120));
  const samples = {
    ...shuffled,
    pixels: shuffled.pixels.map((_, i) => shuffled.pixels[i - (i % 784) + order[i % 784]!]!),
  };
  const found = await findCopies({ samples, training, heldOut, seed: 0 });
  expect(found.verdict).toBe('none found');
  expect(found.flagged).toEqual([]);
  expect(found.tests[0]!.distances.lower).toBeLessThan(0.1);
});

test('copies are found by features too', { tags: 'long' }, async () => {
  const samples = among(change(copied(), (at, x, y, i) => at(x, y) + 4 * noise[i]!));
  const found = await findCopies({ samples, training, heldOut, features: await featuresOf(samples), seed: 0 });
  expect(found.verdict).toBe('copies found');
  const seen = found.flagged.filter(({ space }) => space === 'features');
  expect(seen.map(({ sample }) => sample).sort((a, b) => a - b)).toEqual(expect.arrayContaining(upTo(8)));
  expect(seen[0]).not.toHaveProperty('shift');
});

/** How a training image must be laid to lie on what is made of it here. */
const laid: [string, (images: ImageSet) => ImageSet, object][] = [
  [
    'mirrored and moved by a pixel',
    (images) => change(images, (at, x, y) => at(27 - x - 1, y)),
    { mirrored: true, turned: 0, shift: [-1, 0], inverted: false },
  ],
  [
    'turned by 90 degrees and moved',
    (images) => change(images, (at, x, y) => at(y - 1, 27 - x - 2)),
    { mirrored: false, turned: 90, shift: [-2, 1], inverted: false },
  ],
  [
    'mirrored and turned by 270 degrees',
    (images) => change(images, (at, x, y) => at(y, x)),
    { mirrored: true, turned: 270, shift: [0, 0], inverted: false },
  ],
  [
    'on their heads',
    (images) => change(images, (at, x, y) => at(27 - x, 27 - y)),
    { mirrored: false, turned: 180, shift: [0, 0], inverted: false },
  ],
  [
    'inverted',
    (images) => change(images, (at, x, y) => 255 - at(x, y)),
    { mirrored: false, turned: 0, shift: [0, 0], inverted: true },
  ],
  [
    'mirrored and inverted',
    (images) => change(images, (at, x, y) => 255 - at(27 - x, y)),
    { mirrored: true, turned: 0, shift: [0, 0], inverted: true },
  ],
];

test('copies that are mirrored, turned or inverted are found, and it is said how they lie', {
  tags: 'long',
}, async () => {
  const copies = laid.map(([, changed], i) => changed(pick(training, [COPIED[i]!])));
  const found = await findCopies({ samples: among(join(...copies)), training, heldOut, seed: 0 });
  expect(found.verdict).toBe('copies found');
  const pairs = new Map(found.flagged.map((pair) => [pair.sample, pair]));
  for (const [i, [name, , lie]] of laid.entries()) {
    expect(pairs.get(i), name).toMatchObject({ training: COPIED[i], ...lie });
    expect(pairs.get(i)!.distance, name).toBeLessThan(1e-6);
  }
});

test('too few held-out images: it cannot be told, and the number needed is said', { tags: 'long' }, async () => {
  const few = pick(heldOut, upTo(12));
  const found = await findCopies({ samples: fresh, training, heldOut: few, seed: 0 });
  expect(found.verdict).toBe('cannot tell');
  expect(found.reason).toBe(
    `12 held-out images are too few to see copies of one picture in twenty: ${found.heldOutNeeded} are needed.`,
  );
  const enough = await findCopies({
    samples: fresh,
    training,
    heldOut: pick(heldOut, upTo(found.heldOutNeeded!)),
    seed: 0,
  });
  expect(enough.verdict).toBe('none found');
});

test('held-out images that are training images hide copies, and are counted', { tags: 'long' }, async () => {
  const leaky = join(heldOut, pick(training, upTo(80)));
  const found = await findCopies({
    samples: among(copied()),
    training: join(training, copied()),
    heldOut: leaky,
    seed: 0,
  });
  expect(found.duplicates).toEqual({ heldOut: 80, repeated: 0, training: COPIED.length });
  expect(found.verdict).toBe('cannot tell');
  expect(found.reason).toMatch(/^80 of 320 held-out images are training images too/);
});

test('held-out images that are alike say nothing of chance: it cannot be told', { tags: 'long' }, async () => {
  const given = { samples: pick(fresh, upTo(60)), training: pick(training, upTo(100)), seed: 0 };
  const found = (which: readonly number[]) => findCopies({ ...given, heldOut: pick(heldOut, which) });
  const same = await found(upTo(60).map(() => 3));
  expect(same.duplicates.repeated).toBe(59);
  expect(same.pValue).toBeLessThan(same.errorRate); // it would be an accusation
  expect([same.verdict, same.reason]).toEqual([
    'cannot tell',
    'All 60 held-out images are the same, so that they do not say how near real images come to training images.',
  ]);
  expect((await found(upTo(60).map((i) => i % 29))).reason).toMatch(/^Only 29 of 60 held-out images are different, /);
  const half = await found(upTo(60).map((i) => i % 30));
  expect([half.duplicates.repeated, half.heldOutNeeded]).toEqual([30, expect.any(Number)]);
});

test('an image that was trained on twenty times is a copy like any other', { tags: 'long' }, async () => {
  const often = join(...upTo(20).map(() => pick(training, [37])), training);
  const found = await findCopies({ samples: among(pick(training, [37, 37])), training: often, heldOut, seed: 0 });
  expect(found.verdict).toBe('copies found');
  expect(found.duplicates.training).toBe(20);
  expect(found.flagged.slice(0, 2)).toMatchObject([
    { sample: 0, training: 0 },
    { sample: 1, training: 0 },
  ]);
});

test('large images are compared at 64 pixels or less, and shifts are given in their own pixels', {
  tags: 'long',
}, async () => {
  /** Each pixel becomes a square of four by four. */
  const enlarged = (images: ImageSet): ImageSet => {
    const pixels = new Uint8Array(16 * images.pixels.length);
    for (let i = 0; i < pixels.length; i++) {
      const [x, y] = [i % 112, Math.floor(i / 112)];
      pixels[i] = images.pixels[Math.floor(y / 4) * 28 + Math.floor(x / 4)]!;
    }
    return { shape: [1, 112, 112], count: images.count, pixels };
  };
  const moved = change(enlarged(pick(training, upTo(12))), (at, x, y) => at(x - 4, y + 2));
  const found = await findCopies({
    samples: join(moved, enlarged(pick(fresh, upTo(28)))),
    training: enlarged(pick(training, upTo(100))),
    heldOut: enlarged(pick(heldOut, upTo(60))),
    seed: 0,
  });
  expect(found.search).toEqual({ shift: 4, orientations: 8, neighbours: 16, reduced: 2 });
  expect(found.verdict).toBe('copies found');
  expect(found.closest[0]).toMatchObject({ shift: [4, -2], flagged: true });
});

test('images that cannot be compared are refused in a sentence', async () => {
  const none = pick(fresh, []);
  const features = await featuresOf(fresh);
  const broken = { ...features.samples, values: features.samples.values.with(24 * 3 + 7, Number.NaN) };
  const refused: [Partial<Parameters<typeof findCopies>[0]>, string][] = [
    [{ samples: none }, 'the number of pictures must be an integer of at least 1, received 0.'],
    [{ heldOut: none }, 'the number of held-out images must be an integer of at least 1, received 0.'],
    [
      { training: pick(training, [0, 1]) },
      'the number of training images must be an integer of at least 3, received 2.',
    ],
    [
      { training: pick(training, [0, 1, 1, 1]) },
      'the number of different training images must be an integer of at least 3, received 2.',
    ],
    [
      { samples: { shape: [1, 8, 8], count: 3, pixels: new Uint8Array(192) } },
      'the pictures must be gray pictures of 28 x 28 pixels, as the training images are, received gray pictures of 8 x 8 pixels.',
    ],
    [
      { features: { ...features, samples: broken } },
      'feature 7 of image 3 of the pictures must be a finite number, received NaN.',
    ],
    [
      { features: { ...features, heldOut: features.samples } },
      'the number of features of the held-out images must be 240 as that of the images, received 120.',
    ],
  ];
  for (const [other, message] of refused) {
    await expect(findCopies({ samples: fresh, training, heldOut, seed: 0, ...other })).rejects.toThrow(
      new InputError(`Cannot look for copies: ${message}`),
    );
  }
});
