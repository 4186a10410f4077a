/** Two samplings side by side, from one noise: they differ in one setting. */

import { isStraight, samplerRecord } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../../../components/button.tsx';
import { Card } from '../../../../components/card.tsx';
import { PictureCanvas } from '../../../../components/picture-canvas.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { useAddress } from '../../../../shell/use-address.ts';
import { toBytes } from '../../../../state/pixels.ts';
import { readable } from '../../../forward/state/numbers.ts';
import { Cite } from '../../cite.tsx';
import type { Lesson } from '../../lesson.ts';
import { useLesson } from '../../lesson.ts';
import { LineChart } from '../../line-chart.tsx';
import { NetworkStatus } from '../../network-status.tsx';
import { apart, type Stop, some } from './apart.ts';
import { PairControls } from './controls.tsx';
import './pair.css';
import { type Difference, formatSettings, readSettings, type Side } from './settings.ts';
import { callsOf, change, draw, drawing, drawn, failed, settings, sides, stop } from './state.ts';

/** Pictures of a way, beside the noise. */
const SHOWN = 6;
/** Values of noise are divided by it, to be shown. */
const NOISE_RANGE = 2;
/** Pictures nearer than that look the same. */
const ALIKE = 0.05;

const MEANING: Record<Difference, string> = {
  sampler:
    'Every sampler asks the same network. DDIM, Euler and DPM-Solver++ (2M) draw no fresh noise: they follow one path, and end at nearly the same picture. The others draw noise at each step, and end elsewhere.',
  steps: 'Fewer steps are longer ones: each follows a guess that is out of date by its end.',
  guidance:
    'Guidance asks the network twice, with the digit and without it, and goes on beyond the difference: clearer digits, but fewer kinds of each.',
  fresh: 'DDIM draws no noise on the way, so another seed of it changes nothing. Choose DDPM, and the ways part.',
};

export function Pair(): JSX.Element | null {
  const lesson = useLesson();
  useAddress({ view: 'learn', part: 'sampling', settings, read: readSettings, format: formatSettings, apply: change });
  useEffect(() => stop, []);
  const [what, setWhat] = useState<'x0' | 'x'>('x0');
  if (lesson && isStraight(lesson.scheduler)) return null; // flow matching has not all of these samplers
  const [one, other] = sides.value;
  const now = drawn.value;
  const { differs } = settings.value;
  return (
    <Card title="Two ways from one noise" class="learn-pair grid gap-16">
      <p>Both start from the same noise, and differ in one thing. First guess: will they end at the same picture?</p>
      <PairControls guided={lesson?.nullCondition ?? true} />
      <div class="row gap-8">
        <Button
          icon={drawing.value ? 'stop' : 'play'}
          disabled={!lesson}
          onClick={() => {
            if (drawing.peek()) stop();
            else void draw(lesson!);
          }}
        >
          {drawing.value ? 'Stop' : 'Sample both'}
        </Button>
        <Button icon="dice" onClick={() => change({ seed: Math.floor(Math.random() * 2 ** 32) })}>
          Other noise
        </Button>
      </div>
      {(drawing.value || failed.value) && <NetworkStatus byPress />}
      {now && (
        <>
          <Segmented
            label="Show"
            value={what}
            options={[
              { value: 'x0', label: 'What is guessed' },
              { value: 'x', label: 'Where it is' },
            ]}
            onChange={setWhat}
          />
          <div class="grid gap-12">
            <Way name="First" lesson={lesson!} side={one} noise={now.noise} stops={now.stops[0]} what={what} />
            <Way name="Second" lesson={lesson!} side={other} noise={now.noise} stops={now.stops[1]} what={what} />
          </div>
          <Apart stops={now.stops} done={now.done} T={lesson!.schedule.T} />
        </>
      )}
      <p class="field-hint">
        {MEANING[differs]} The papers: DDIM, <Cite of="ddim2020" />; DPM-Solver++, <Cite of="lu2022" />; guidance,{' '}
        <Cite of="guidance2022" />.
      </p>
    </Card>
  );
}

interface WayProps {
  name: string;
  lesson: Lesson;
  side: Side;
  /** [C, H, W] */
  noise: Float32Array;
  stops: readonly Stop[];
  what: 'x0' | 'x';
}

function Way({ name, lesson, side, noise, stops, what }: WayProps): JSX.Element {
  const { sampler, steps, guidance } = side;
  const calls = callsOf(lesson, side);
  const words = `${samplerRecord(sampler).label}, ${steps} steps, guidance ${guidance}`;
  const { shape } = lesson;
  return (
    <figure class="grid gap-4">
      <figcaption>
        <strong>{name}</strong>{' '}
        <span class="muted number">
          {words}: {calls} calls of the network
        </span>
      </figcaption>
      <div class="learn-pair-way">
        <PictureCanvas pixels={toBytes(noise.map((v) => v / NOISE_RANGE))} shape={shape} label={`${name}: the noise`} />
        {some(stops, SHOWN).map((stop, i) => (
          <PictureCanvas
            key={i}
            pixels={toBytes(stop[what])}
            shape={shape}
            label={`${name}, ${words}, after t = ${Math.round(stop.timestep)}`}
          />
        ))}
      </div>
    </figure>
  );
}

function Apart({ stops, done, T }: { stops: readonly [readonly Stop[], readonly Stop[]]; done: boolean; T: number }) {
  const points = apart(...stops, T);
  const end = points.at(-1)?.[1];
  if (!done || end === undefined) return null;
  return (
    <div class="learn-pair-apart">
      <LineChart
        label={`How far the guesses are apart, over the way: ${readable(end)} at the end`}
        points={points}
        x={{ name: 'share of the way', max: 1 }}
        y="apart"
        top={Math.max(1, ...points.map(([, value]) => value))}
      />
      <p class="learn-verdict">
        {end < ALIKE ? 'They end at the same picture: ' : 'They part: '}
        <strong class="number">{readable(end)}</strong> apart at the end. Pixels go from −1 to 1; two real digits of one
        kind are 0.64 apart on average.
      </p>
    </div>
  );
}
