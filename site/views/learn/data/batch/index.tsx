/** Batches: how many pictures are looked at before each correction, and how noisy the correction is. */
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '../../../../components/button.tsx';
import { Card } from '../../../../components/card.tsx';
import { useInTurn, useWork } from '../../../../components/later.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { fromBytes, paint } from '../../../../state/pixels.ts';
import type { Pause } from '../../../../state/tasks.ts';
import { grouped, readable } from '../../../forward/state/numbers.ts';
import { LineChart } from '../../line-chart.tsx';
import type { Hands } from '../hands/state.ts';
import {
  average,
  batchOf,
  bestOf,
  COUNT,
  type Means,
  noisyPictures,
  STEPS,
  scatterOf,
  singleScatter,
  walkOf,
} from './gradients.ts';
import { Walk } from './walk.tsx';

const SIZES: readonly number[] = [1, 2, 4, 8, 16, 32, 64];
/** Of the challenge's training set, and of the notebook's batches. */
const [IMAGES, USUAL] = [12_611, 32];
/** Of the pictures that the gradients are of. */
const SIDE = 16;

export function Batch({ hands: given }: { hands: Hands | undefined }): JSX.Element {
  const hands = useInTurn(given);
  const { all, scatter, single } = useWork(given, workOut) ?? NOTHING;
  const [place, setPlace] = useState(SIZES.indexOf(USUAL));
  const [seed, setSeed] = useState(1);
  const size = SIZES[place]!;
  const walk = useMemo(() => all && walkOf(all, size, seed), [all, size, seed]);
  const far = useMemo(() => {
    if (!all || !walk) return undefined;
    const [a, b] = bestOf(average(all));
    const late = walk.slice(-20);
    return Math.sqrt(late.reduce((sum, [x, y]) => sum + (x - a) ** 2 + (y - b) ** 2, 0) / late.length);
  }, [all, walk]);
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
      <div class="learn-batch-row">
        <figure class="learn-figure grid slim gap-8">
          {hands && <Sheet hands={hands} size={size} seed={seed} />}
          <figcaption>
            One batch, [{size}, 1, 64, 64]: {grouped(size * 64 * 64)} numbers. An epoch of 12,611 images has{' '}
            {grouped(Math.floor(IMAGES / size))} of them.
          </figcaption>
        </figure>
        <figure class="learn-figure grid slim gap-8">
          {all && walk && <Walk all={all} walk={walk} size={size} />}
          <figcaption>
            {STEPS} corrections of the smallest network that guesses noise: two weights. Rings have equal loss, and the
            cross is the best place.
          </figcaption>
        </figure>
      </div>
      {scatter && single !== undefined && (
        <div class="learn-batch-row">
          <LineChart
            label={`How far gradients of batches lie from the true one: ${readable(scatter[place]![1], 2)} with ${size}, ${readable(scatter[0]![1], 2)} with 1`}
            points={scatter}
            other={Array.from({ length: 64 }, (_, i) => [i + 1, single / Math.sqrt(i + 1)] as const)}
            x={{ name: 'batch size B', max: 64 }}
            top={1.25 * single}
            y="noise of the gradient (dashed: 1/√B)"
            marks={[{ at: size, value: scatter[place]![1], words: String(size) }]}
          />
          <div class="grid gap-8">
            <p class="learn-verdict" aria-live="polite">
              Gradients of 300 batches of {size} lie {readable(scatter[place]![1], 2)} from the true one. One picture’s:{' '}
              {readable(single, 2)}, and {readable(single, 2)} / √{size} = {readable(single / Math.sqrt(size), 2)}. In
              the end the weights stay {readable(far, 2)} around the best place.
            </p>
            <p>
              Four times the batch is four times the work and half the noise. Some noise does no harm: a small rate of
              learning takes the mean over many batches anyway.
            </p>
          </div>
        </div>
      )}
      <p class="field-hint">
        Computed here from {COUNT} noisy phantoms of {SIDE} × {SIDE} pixels, each with a time of its own. The times
        alone make most of the noise: that is why the loss jumps.
      </p>
    </Card>
  );
}

interface Worked {
  all: readonly Means[];
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
  return { all, scatter, single: singleScatter(all) };
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
function Sheet({ hands, size, seed }: { hands: Hands; size: number; seed: number }): JSX.Element {
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
