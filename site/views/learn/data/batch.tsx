/** Batches: how many pictures are looked at before each correction, and how noisy the correction is. */
import { gaussian, makeSchedule, parseSchedulerConfig, randomInts } from '@onnoise/scheduler';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { LineChart } from '../../../components/chart.tsx';
import { Slider } from '../../../components/field.tsx';
import { useInTurn, useWork } from '../../../components/later.tsx';
import { fromBytes, paint } from '../../../state/picture.ts';
import type { Pause } from '../../../state/tasks.ts';
import { grouped, readable } from '../../forward/state/numbers.ts';
import type { Hands } from './resize.tsx';

/**
 * The smallest network that guesses noise: it multiplies every pixel by `scale` and adds `shift`. Its loss is a parabola, and
 * four means of each noisy picture hold all that its gradient depends on, so thousands of batches take no time.
 */

/** Means over the pixels of one noisy picture x with the noise e. */
interface Means {
  xx: number;
  x: number;
  xe: number;
  e: number;
}

/** scale, shift */
export type Weights = readonly [scale: number, shift: number];

const COUNT = 512;
const START: Weights = [-0.5, 0.9];

const SCHEDULE = makeSchedule(
  parseSchedulerConfig({
    num_train_timesteps: 1000,
    beta_schedule: 'squaredcos_cap_v2',
    beta_start: 0.0001,
    beta_end: 0.02,
    prediction_type: 'epsilon',
    clip_sample: true,
  }),
);
const SEED = 3;
/** Streams of the seed: pictures, times; the noise of picture n has n. */
const [PICTURES, TIMES] = [1_000_001, 1_000_002];

/** A noisy picture by its place, each with a picture, a time and a noise of its own. @param pictures each [size] in [-1, 1] */
export function noisyPictures(pictures: readonly Float32Array[], count = COUNT): (place: number) => Means {
  const [which, times] = [new Int32Array(count), new Int32Array(count)];
  randomInts(SEED, PICTURES, 0, pictures.length, which);
  randomInts(SEED, TIMES, 0, SCHEDULE.T, times);
  const noise = new Float32Array(pictures[0]!.length);
  return (n) => {
    gaussian(SEED, 0, noise, n);
    const alphaBar = SCHEDULE.alphaBar[times[n]!]!;
    return meansOf(pictures[which[n]!]!, noise, Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar));
  };
}

export function meansOf(x0: Float32Array, noise: Float32Array, keep: number, add: number): Means {
  const sums = { xx: 0, x: 0, xe: 0, e: 0 };
  for (let i = 0; i < x0.length; i++) {
    const e = noise[i]!;
    const x = keep * x0[i]! + add * e;
    sums.xx += x * x;
    sums.x += x;
    sums.xe += x * e;
    sums.e += e;
  }
  const size = x0.length;
  return { xx: sums.xx / size, x: sums.x / size, xe: sums.xe / size, e: sums.e / size };
}

/** Of pictures, each counted once. @param places of a batch; left out: all */
function average(all: readonly Means[], places?: Int32Array): Means {
  const count = places?.length ?? all.length;
  const sums = { xx: 0, x: 0, xe: 0, e: 0 };
  for (let i = 0; i < count; i++) {
    const { xx, x, xe, e } = all[places ? places[i]! : i]!;
    sums.xx += xx;
    sums.x += x;
    sums.xe += xe;
    sums.e += e;
  }
  return { xx: sums.xx / count, x: sums.x / count, xe: sums.xe / count, e: sums.e / count };
}

/** Of the mean squared error of the noise. */
export const gradientOf = ({ xx, x, xe, e }: Means, [scale, shift]: Weights): Weights => [
  2 * (scale * xx + shift * x - xe),
  2 * (scale * x + shift - e),
];

/** A batch, drawn from all: its places. */
export function batchOf(count: number, size: number, seed: number, step: number): Int32Array {
  const places = new Int32Array(size);
  randomInts(seed, step, 0, count, places);
  return places;
}

/** How far the gradients of batches of this size lie from the true one at START: the root of the mean square. */
function scatterOf(all: readonly Means[], size: number, batches = 300): number {
  const [a, b] = gradientOf(average(all), START);
  let sum = 0;
  for (let n = 0; n < batches; n++) {
    const [x, y] = gradientOf(average(all, batchOf(all.length, size, SEED, n)), START);
    sum += (x - a) ** 2 + (y - b) ** 2;
  }
  return Math.sqrt(sum / batches);
}

/** The same for single pictures, exactly: what a batch of B has is this over the root of B. */
function singleScatter(all: readonly Means[]): number {
  const [a, b] = gradientOf(average(all), START);
  const squares = all.map((one) => {
    const [x, y] = gradientOf(one, START);
    return (x - a) ** 2 + (y - b) ** 2;
  });
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / all.length);
}

const SIZES: readonly number[] = [1, 2, 4, 8, 16, 32, 64];
/** Of the challenge's training set, and of the notebook's batches. */
const [IMAGES, USUAL] = [12_611, 32];
/** Of the pictures that the gradients are of. */
const SIDE = 16;

export function Batch({ hands: given }: { hands: Hands | undefined }) {
  const hands = useInTurn(given);
  const { scatter, single } = useWork(given, workOut) ?? NOTHING;
  const [place, setPlace] = useState(SIZES.indexOf(USUAL));
  const [seed, setSeed] = useState(1);
  const size = SIZES[place]!;
  return (
    <Card title="A batch at a time" class="grid gap-16">
      <p>
        Training corrects the network again and again, and each correction follows the gradient of a few pictures: a
        batch, drawn at random. All 12,611 would give the true direction, but one correction would then cost as much as
        a whole epoch. One picture is quick, and points anywhere.
      </p>
      <div class="learn-batch-choice">
        <Slider
          label="Batch size B"
          value={place}
          min={0}
          max={SIZES.length - 1}
          format={(value) => `${SIZES[value]!}${SIZES[value] === USUAL ? ', as in the notebook' : ''}`}
          onInput={setPlace}
        />
        <Button icon="dice" onClick={() => setSeed(seed + 1)}>
          Other batches
        </Button>
      </div>
      <div class="learn-row">
        <figure class="learn-figure grid slim gap-8">
          {hands && <Sheet hands={hands} size={size} seed={seed} />}
          <figcaption>
            One batch, [{size}, 1, 64, 64]: {grouped(size * 64 * 64)} numbers. An epoch of 12,611 images has{' '}
            {grouped(Math.floor(IMAGES / size))} of them.
          </figcaption>
        </figure>
        {scatter && single !== undefined && (
          <LineChart
            label={`How far gradients of batches lie from the true one: ${readable(scatter[place]![1], 2)} with ${size}, ${readable(scatter[0]![1], 2)} with 1`}
            points={scatter}
            other={Array.from({ length: 64 }, (_, i) => [i + 1, single / Math.sqrt(i + 1)] as const)}
            x={{ name: 'batch size B', max: 64 }}
            top={1.25 * single}
            y="noise of the gradient (dashed: 1/√B)"
            marks={[{ at: size, value: scatter[place]![1], words: String(size) }]}
          />
        )}
      </div>
      {scatter && single !== undefined && (
        <div class="grid gap-8">
          <p class="learn-verdict" aria-live="polite">
            Gradients of 300 batches of {size} lie {readable(scatter[place]![1], 2)} from the true one. One picture’s:{' '}
            {readable(single, 2)}, and {readable(single, 2)} / √{size} = {readable(single / Math.sqrt(size), 2)}.
          </p>
          <p>
            Four times the batch is four times the work and half the noise. Some noise does no harm: a small rate of
            learning takes the mean over many batches anyway.
          </p>
        </div>
      )}
      <p class="field-hint">
        Computed here from the smallest network that guesses noise, of two weights, and {COUNT} noisy phantoms of {SIDE}{' '}
        × {SIDE} pixels, each with a time of its own. The times alone make most of the noise: that is why the loss
        jumps.
      </p>
    </Card>
  );
}

interface Worked {
  /** By batch size. */
  scatter: readonly (readonly [size: number, scatter: number])[];
  /** Of one picture. */
  single: number;
}

const NOTHING: { [Key in keyof Worked]?: undefined } = {};

/** What the figures are of: a tenth of a second on a phone. */
async function workOut(hands: Hands, pause: Pause): Promise<Worked> {
  const small = smaller(hands);
  const pictures: Float32Array[] = [];
  for (let n = 0; n < hands.count; n++) {
    pictures.push(small(n));
    await pause();
  }
  const meansAt = noisyPictures(pictures);
  const all: Means[] = [];
  for (let n = 0; n < COUNT; n++) {
    all.push(meansAt(n));
    await pause();
  }
  const scatter: [number, number][] = [];
  for (const size of SIZES) {
    scatter.push([size, scatterOf(all, size)]);
    await pause();
  }
  return { scatter, single: singleScatter(all) };
}

/** Those of the sheet, SIDE pixels a side. */
function smaller({ pixels, width, height }: Hands): (place: number) => Float32Array {
  const step = width / SIDE;
  const shares = fromBytes(Uint8Array.from({ length: 256 }, (_, byte) => byte)).map((value) => value / step ** 2);
  return (n) => {
    const small = new Float32Array(SIDE * SIDE);
    let from = n * width * height;
    for (let y = 0; y < height; y++) {
      const row = Math.floor(y / step) * SIDE;
      for (let x = 0; x < width; x++) small[row + Math.floor(x / step)]! += shares[pixels[from++]!]!;
    }
    return small;
  };
}

/** The pictures of the first batch, side by side. */
function Sheet({ hands, size, seed }: { hands: Hands; size: number; seed: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { pixels, width, height, count } = hands;
  const columns = 2 ** Math.ceil(Math.log2(size) / 2);
  useLayoutEffect(() => {
    canvas.current!.width = columns * (width + 2) - 2;
    canvas.current!.height = Math.ceil(size / columns) * (height + 2) - 2;
    const context = canvas.current!.getContext('2d')!;
    for (const [n, place] of batchOf(count, size, seed, 0).entries()) {
      const image = context.createImageData(width, height);
      const own = pixels.subarray(place * width * height, (place + 1) * width * height);
      paint(Uint8ClampedArray.from(own), [1, height, width], image.data);
      context.putImageData(image, (n % columns) * (width + 2), Math.floor(n / columns) * (height + 2));
    }
  }, [hands, size, seed, columns]);
  return (
    <canvas
      ref={canvas}
      class="picture learn-batch-sheet"
      role="img"
      aria-label={size === 1 ? 'One phantom' : `${size} phantoms`}
    />
  );
}
