/** Pictures with the chosen number of steps, made now, and how long that took here. */

import { compileSampler, sampleImages } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { sizeOf, toBytes } from '../../../state/pixels.ts';
import { announce } from '../../../state/store.ts';
import { duration } from '../../forward/state/numbers.ts';
import { ask, type Lesson } from '../lesson.ts';
import { useReading } from '../readings.ts';

const LABELS = [0, 2, 3, 5, 8, 9];
const SEED = 40;

interface Made {
  steps: number;
  /** [N, C, H, W] */
  x: Float32Array;
  /** Steps done. */
  step: number;
  milliseconds: number;
}

export function Live({ lesson, steps }: { lesson: Lesson | undefined; steps: number }): JSX.Element {
  const [made, setMade] = useState<readonly Made[]>([]);
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const done = made.filter((one) => one.step === one.steps);
  useReading('live', { times: Object.fromEntries(done.map((one) => [one.steps, Math.round(one.milliseconds)])) });

  const make = async () => {
    if (!lesson) return;
    const controller = new AbortController();
    abort.current = controller;
    setBusy(true);
    const start = performance.now();
    const show = (step: number, x: Float32Array) => {
      const now = { steps, x: x.slice(), step, milliseconds: performance.now() - start };
      setMade((before) => [...before.filter((one) => one.steps !== steps), now].sort((a, b) => a.steps - b.steps));
    };
    try {
      const seeds = LABELS.map((_, i) => SEED + i);
      await makePictures(lesson, { steps, seeds, labels: LABELS, onStep: show, signal: controller.signal });
      announce(`${LABELS.length} pictures in ${steps} steps are done.`);
    } catch {
      // the chapter shows what is wrong
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="learn-live grid top">
      <div class="row gap-8">
        <Button
          kind={busy ? 'plain' : 'primary'}
          icon={busy ? 'stop' : 'play'}
          disabled={!lesson}
          onClick={({ detail }) => {
            if (!busy) void make();
            else if (detail < 2) abort.current?.abort(); // a double click means start
          }}
        >
          {busy ? 'Stop' : `Make ${LABELS.length} pictures with ${steps} steps`}
        </Button>
      </div>
      {lesson &&
        made.map((one) => (
          <figure key={one.steps} class="learn-live-row">
            <figcaption>
              <strong>{one.steps} steps</strong>{' '}
              <span class="number">
                {one.step < one.steps ? `step ${one.step}` : `${duration(one.milliseconds)} on this device`}
              </span>
            </figcaption>
            <div class="learn-live-pictures">
              {LABELS.map((label, i) => (
                <Picture key={label} lesson={lesson} x={one.x} index={i} label={`a ${label} in ${one.steps} steps`} />
              ))}
            </div>
          </figure>
        ))}
    </div>
  );
}

function Picture({ lesson, x, index, label }: { lesson: Lesson; x: Float32Array; index: number; label: string }) {
  const size = sizeOf(lesson.shape);
  return (
    <PictureCanvas pixels={toBytes(x.subarray(index * size, (index + 1) * size))} shape={lesson.shape} label={label} />
  );
}

/** Makes pictures with the chapter's network and the shared sampling loop. */
interface MakeOptions {
  steps: number;
  /** One a picture. */
  seeds: readonly number[];
  labels: readonly number[];
  onStep?: ((step: number, x: Float32Array) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** By DDPM, without guidance. @returns [N, C, H, W] */
function makePictures(lesson: Lesson, { steps, seeds, labels, onStep, signal }: MakeOptions): Promise<Float32Array> {
  return sampleImages({
    table: compileSampler(lesson.scheduler, { sampler: 'ddpm', steps }),
    shape: lesson.shape,
    seeds,
    denoise: async (x, timesteps) =>
      (await ask(lesson, { x, timesteps: [...timesteps], label: labels, signal })).output,
    onStep: ({ step, x }) => onStep?.(step, x),
    signal,
  });
}
