/** What a, b and sigma are at each t, and the step written with the picture and with the noise: one number. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card } from '../../../../components/card.tsx';
import { Formula, row } from '../../../../components/math.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { readable } from '../../../forward/state/numbers.ts';
import { Cite } from '../../cite.tsx';
import { StepChoice } from './choice.tsx';
import { meanOf, meanOfNoise, momentOf, pictureOf, type Steps } from './moments.ts';
import { moment, number, steps } from './state.ts';
import { A, B, FROM_NOISE, guessed, mixed, PICTURE, SIGMA } from './symbols.tsx';

/** Decimals in which both forms are compared. */
export const DECIMALS = 10;

const exact = (value: number) => value.toFixed(DECIMALS).replace('-', '−');
const sign = (value: number) => (value < 0 ? `(${readable(value, 4)})` : readable(value, 4));

export function TwoForms(): JSX.Element {
  const [x, setX] = useState(0.9);
  const [noise, setNoise] = useState(0.7);
  const now = moment.value;
  const picture = pictureOf(now, x, noise);
  const [ours, theirs] = [meanOf(now, x, picture), meanOfNoise(now, x, noise)];
  const { a, b, sigma, alpha, beta, alphaBar, alphaBarBefore } = now;
  return (
    <Card title="What a, b and σ are" class="learn-step grid gap-16">
      <p>The schedule alone decides them, so they are known before the first step:</p>
      <dl class="learn-step-three">
        {[
          { name: 'a', formula: A, value: a, words: 'how much of the noisy picture stays', line: 'learn-step-name-q' },
          { name: 'b', formula: B, value: b, words: 'how much of the guess comes in', line: 'learn-step-name-p' },
          {
            name: 'sigma',
            formula: SIGMA,
            value: sigma,
            words: 'how much fresh noise is added',
            line: 'learn-step-name-z',
          },
        ].map(({ name, formula, value, words, line }) => (
          <div key={name}>
            <dt>
              <Formula>{formula}</Formula>
            </dt>
            <dd>
              <span class="number">
                {name === 'sigma' ? 'σ' : name} = {readable(value, 4)}
              </span>
              , <span class={line}>{words}</span>
            </dd>
          </div>
        ))}
      </dl>
      <div class="learn-step-row">
        <Curves steps={steps.value} at={number.value} />
        <div class="grid top gap-14">
          <StepChoice />
          <Slider
            label="Pixel xₜ"
            value={x}
            min={-2}
            max={2}
            step={0.05}
            format={(v) => readable(v, 2)}
            onInput={setX}
          />
          <Slider
            label="Guessed noise ε̂"
            value={noise}
            min={-2}
            max={2}
            step={0.05}
            format={(v) => readable(v, 2)}
            onInput={setNoise}
          />
        </div>
      </div>
      <p>
        Why σ is just as large: μ keeps noise of the variance a²(1 − ᾱ<sub>t</sub>) ={' '}
        <span class="number">{readable(a ** 2 * (1 - alphaBar), 4)}</span>. In training the next x had 1 − ᾱ
        <sub>t−1</sub> = <span class="number">{readable(1 - alphaBarBefore, 4)}</span>. What is missing is σ² ={' '}
        <span class="number">{readable(sigma ** 2, 4)}</span>.
      </p>
      <p>
        The lecture writes the mean with the guessed noise, this page with the guessed picture. Put{' '}
        <Formula>{row(guessed, '=', PICTURE)}</Formula> into the one, and the other comes out:
      </p>
      <dl class="learn-step-forms">
        <div>
          <dt>
            The lecture: <Formula>{row(<mi>μ</mi>, '=', FROM_NOISE)}</Formula>
          </dt>
          <dd class="number">
            1 / {readable(Math.sqrt(alpha), 4)} · ({readable(x, 4)} − {readable(beta / Math.sqrt(1 - alphaBar), 4)} ·{' '}
            {sign(noise)}) ≈ <output>{exact(theirs)}</output>
          </dd>
        </div>
        <div>
          <dt>
            This page: <Formula>{row(<mi>μ</mi>, '=', mixed(guessed))}</Formula>
          </dt>
          <dd class="number">
            {readable(a, 4)} · {sign(x)} + {readable(b, 4)} · {sign(picture)} ≈ <output>{exact(ours)}</output>
          </dd>
        </div>
      </dl>
      <p class="field-hint">
        Equal to the last digit, at every t. They differ only where the guess is cut to what a picture can be, which
        needs the guessed picture. With fewer steps than T, α and β are those of the whole jump. For σ²{' '}
        <Cite of="ho2020" /> also tried β<sub>t</sub> itself: the pictures are as good.
      </p>
    </Card>
  );
}

const [WIDTH, HEIGHT] = [360, 200];
const [LEFT, RIGHT, TOP, FLOOR] = [26, 350, 12, 172];

/** a, b and sigma of all steps. */
function Curves({ steps, at }: { steps: Steps; at: number }): JSX.Element {
  const all = Array.from({ length: steps }, (_, i) => momentOf(steps, i + 1));
  const right = (n: number) => LEFT + ((n - 1) / (steps - 1)) * (RIGHT - LEFT);
  const down = (value: number) => FLOOR - Math.min(1, value) * (FLOOR - TOP);
  const path = (name: 'a' | 'b' | 'sigma') =>
    all.map((one, i) => `${i ? 'L' : 'M'}${right(i + 1).toFixed(1)} ${down(one[name]).toFixed(1)}`).join('');
  const now = all[at - 1]!;
  return (
    <svg
      class="learn-step-drawing"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`a, b and σ over t; at t = ${now.t} they are ${readable(now.a)}, ${readable(now.b)} and ${readable(now.sigma)}`}
    >
      <path class="learn-chart-axis" d={`M${LEFT} ${TOP}V${FLOOR}H${RIGHT}`} />
      {[0, 1].map((tick) => (
        <text key={tick} x={LEFT - 6} y={down(tick) + 4} text-anchor="end">
          {tick}
        </text>
      ))}
      <text x={LEFT} y={FLOOR + 16}>
        t = 1, the picture
      </text>
      <text x={RIGHT} y={FLOOR + 16} text-anchor="end">
        noise, t = 300
      </text>
      <path class="learn-step-mean learn-step-line-x" d={`M${right(at)} ${TOP}V${FLOOR}`} />
      {(['a', 'b', 'sigma'] as const).map((name) => (
        <g key={name} class={`learn-step-curve-${name}`}>
          <path class="learn-chart-line" d={path(name)} />
          <circle cx={right(at)} cy={down(now[name])} r={4} />
        </g>
      ))}
    </svg>
  );
}
