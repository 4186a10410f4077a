/** An autoencoder's latents, live: a picture, its latents, and the same noise in these and in the pixels. */
import type { ImageShape } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { Button } from '../../../../components/button.tsx';
import { Card } from '../../../../components/card.tsx';
import { ClosedSample } from '../../../../components/math.tsx';
import { describeProgress } from '../../../../components/model-words.ts';
import { Notice } from '../../../../components/notice.tsx';
import { PictureCanvas } from '../../../../components/picture-canvas.tsx';
import { PictureFileButton } from '../../../../components/picture-file.tsx';
import { Progress } from '../../../../components/progress.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { PHANTOM_NOTICE } from '../../../../state/phantoms.ts';
import { sizeOf, toBytes } from '../../../../state/pixels.ts';
import { grouped } from '../../../forward/state/numbers.ts';
import { Cite } from '../../cite.tsx';
import { Panel } from '../../panel.tsx';
import { Trouble } from '../../parts.tsx';
import './latents.css';
import { psnr, rangeOf } from './noisy.ts';
import {
  another,
  begin,
  type Coded,
  coded,
  entry,
  moveTo,
  open,
  opening,
  otherNoise,
  progress,
  shown,
  steps,
  t,
  take,
  trouble,
} from './state.ts';

/** Of the schedules of the shipped models: until its own is there. */
const USUAL_STEPS = 1000;
/** The least move of the slider: of a hundred noises none looks like the next. */
const STEP = 10;

/** Nothing on a page that has no such model. */
export function Latents(): JSX.Element | null {
  const model = entry.value;
  useEffect(() => void begin(), []);
  if (!model) return null;
  const { shape, latents } = model;
  const now = coded.value; // of the picture before, until the new one is coded
  return (
    <Card title="A smaller picture to paint" class="learn-latents grid gap-16">
      <p>
        Every step paints every pixel, and most of what it paints is detail. So <Cite of="rombach2022" /> first train
        another network, an autoencoder. Its encoder turns a picture into a smaller one, the latents, and its decoder
        turns these into the picture again. Then diffusion learns to draw latents, and each picture is decoded once, at
        the end.
      </p>
      <div class="row gap-8">
        {steps.value === null ? (
          <Button key="first" icon="play" kind="primary" disabled={opening.value} onClick={() => void open()}>
            Encode it
          </Button>
        ) : (
          <Button key="first" icon="dice" onClick={otherNoise}>
            New noise
          </Button>
        )}
        <Button icon="next" onClick={() => void another()}>
          New hand
        </Button>
        {/* A part of its own: the input behind the button would lie on the row's first. */}
        <div>
          <PictureFileButton onFile={(file) => void take(file)} />
        </div>
      </div>
      <Slider
        label="Noise at t"
        value={t.value}
        min={0}
        max={steps.value ?? USUAL_STEPS}
        step={STEP}
        disabled={steps.value === null}
        format={(value) => (value === 0 ? 'none' : `${value} of ${steps.value}`)}
        onInput={moveTo}
      />
      <div class="learn-latents-figures">
        <Panel
          title={shown.value?.age === null ? 'Your picture' : 'Phantom'}
          words={sizeWords(shape)}
          values={shown.value?.x0}
          shape={shape}
        />
        <Maps values={now?.latents} shape={latents} />
        <Panel title="Noise in the latents" words="then decoded" values={now?.decoded} shape={shape} />
        <Panel title="Noise in the pixels" words="at the same t" values={now?.pixels} shape={shape} />
      </div>
      <div class="learn-latents-said">
        <Said now={now} />
      </div>
      <ClosedSample />
      <p class="field-hint">
        One line noises both: x<sub>0</sub> is the picture, or its latents. But the decoder has learnt hands, not grain.
        What noise does to the latents it shows as edges that bend, as clouds, and as lumps of bone where there is no
        hand. Latents spread less than pixels, so the same t hides them sooner. The price: what the encoder leaves out,
        such as the grain of the film, never comes back.
      </p>
      <p class="field-hint">
        What it saves: a training step on 128 × 128 pixels takes 147 ms an image on two cores, and one on 32 × 32 takes
        9.6 ms.
      </p>
      {shown.value?.age !== null && <Notice text={PHANTOM_NOTICE} />}
    </Card>
  );
}

/** `128 × 128: 16,384 numbers` */
function sizeWords(shape: ImageShape): string {
  const [channels, height, width] = shape;
  const sides = `${width} × ${height}`;
  return `${channels === 1 ? sides : `${sides} × ${channels}`}: ${grouped(sizeOf(shape))} numbers`;
}

/** Each channel as a picture, all in one scale. */
function Maps({ values, shape }: { values: Float32Array | undefined; shape: ImageShape }): JSX.Element {
  const [channels, height, width] = shape;
  const size = height * width;
  const maps = useMemo(() => {
    if (!values) return [];
    const range = rangeOf(values);
    const bytes = toBytes(values.map((value) => value / range));
    return Array.from({ length: channels }, (_, c) => bytes.subarray(c * size, (c + 1) * size));
  }, [values]);
  return (
    <figure class="learn-panel">
      <figcaption>
        Latents <span>{sizeWords(shape)}</span>
      </figcaption>
      <div class="learn-panel-frame learn-latents-maps">
        {maps.map((pixels, c) => (
          <PictureCanvas key={c} pixels={pixels} shape={[1, height, width]} label={`Latents, channel ${c + 1}`} />
        ))}
      </div>
    </figure>
  );
}

/** How far it is, what went wrong, or how near the pictures are to the first. */
function Said({ now }: { now: Coded | null }): JSX.Element | null {
  if (trouble.value) return <Trouble words={trouble.value.words} onRetry={trouble.value.again} />;
  if (progress.value) {
    const { label, bytes, share } = describeProgress(progress.value);
    return <Progress label={label} value={share} aside={bytes} />;
  }
  if (!now) return <p class="muted">“Encode it” fetches the autoencoder alone, 0.7 MB.</p>;
  const decibels = (other: Float32Array) => `${psnr(now.of.x0, other).toFixed(1)} dB`;
  return (
    <p class="learn-verdict" aria-live="polite">
      {now.t === 0 ? (
        <>
          Decoded without noise: <strong class="number">{decibels(now.decoded)}</strong> of PSNR from a quarter of the
          numbers.
        </>
      ) : (
        <>
          PSNR: <strong class="number">{decibels(now.decoded)}</strong> with noise in the latents,{' '}
          <strong class="number">{decibels(now.pixels)}</strong> with noise in the pixels.
        </>
      )}
    </p>
  );
}
