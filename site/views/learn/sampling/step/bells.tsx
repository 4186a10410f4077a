/** The step that knows the picture and the step that the network takes: two bells, and how far they are apart. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card } from '../../../../components/card.tsx';
import { Formula, fraction, row, sub } from '../../../../components/math.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { readable } from '../../../forward/state/numbers.ts';
import { Cite } from '../../cite.tsx';
import { workedOut } from '../../worked-out.ts';
import { StepChoice } from './choice.tsx';
import { BellDrawing } from './drawing.tsx';
import { divergence, meanOf, noiseOf, noisyOf, pictureOf, T, weightOf } from './moments.ts';
import { moment } from './state.ts';
import './step.css';
import { bell, guessed, guessedNoise, mixed, next, theta, x0, xt } from './symbols.tsx';

/** The pixel, and the noise that it got. */
const [PIXEL, NOISE] = [0.6, 0.8];

type Kind = 'noise' | 'picture';

const given = (of: JSX.Element, ...from: (JSX.Element | string)[]) => row('(', of, <mo>|</mo>, ...from, ')');
const squared = (of: JSX.Element) => (
  <msup>
    {of}
    <mn>2</mn>
  </msup>
);

export function Bells(): JSX.Element {
  const [kind, setKind] = useState<Kind>('noise');
  const [off, setOff] = useState(0.5);
  const now = moment.value;
  const x = noisyOf(now, PIXEL, NOISE);
  const picture = kind === 'noise' ? pictureOf(now, x, NOISE + off) : PIXEL + off;
  const noise = kind === 'noise' ? NOISE + off : noiseOf(now, x, picture);
  const [mean, guess] = [meanOf(now, x, PIXEL), meanOf(now, x, picture)];
  const [here, there, wide, apart] = workedOut([mean, guess, now.sigma], ([m, g, s]) => divergence(m!, g!, s!));
  return (
    <Card title="One step back, as two bells" class="learn-step grid gap-16">
      <p>
        A step forward draws from a bell. So does a step back, once the picture x₀ is known (<Cite of="ho2020" />,
        equations 6 and 7):
      </p>
      <p>
        <Formula>{row(<mi>q</mi>, given(next, xt, ',', x0), '=', bell(mixed(x0)))}</Formula>
      </p>
      <p>
        The network does not know x<sub>0</sub>. So it takes the same bell around its own guess, and that is the
        backward process:
      </p>
      <p>
        <Formula>{row(sub('p', 'θ'), given(next, xt), '=', bell(mixed(guessed)))}</Formula>
      </p>
      <div class="learn-step-row">
        <BellDrawing x={x} x0={PIXEL} picture={picture} mean={mean} guess={guess} sigma={now.sigma} />
        <div class="grid top gap-14">
          <StepChoice />
          <Segmented<Kind>
            label="The guess is off in"
            value={kind}
            options={[
              { value: 'noise', label: 'Noise ε' },
              { value: 'picture', label: 'Picture x₀' },
            ]}
            onChange={setKind}
          />
          <Slider
            label="By"
            value={off}
            min={-1}
            max={1}
            step={0.05}
            format={(value) => readable(value, 2)}
            onInput={setOff}
          />
          <p class="number learn-step-guess">
            <Formula>{guessedNoise}</Formula> = {readable(noise)} for {readable(NOISE)}, <Formula>{guessed}</Formula> ={' '}
            {readable(picture)} for {readable(PIXEL)}
          </p>
        </div>
      </div>
      <p>
        Training moves one bell onto the other. How far they are apart is their Kullback–Leibler divergence. Both are
        equally wide, so it depends on the means alone:
      </p>
      <p class="learn-step-result">
        <Formula>
          {row(
            <mi mathvariant="normal">KL</mi>,
            '=',
            fraction(squared(row('(', <mi>μ</mi>, '−', theta, ')')), row(<mn>2</mn>, squared(<mi>σ</mi>))),
          )}
        </Formula>{' '}
        <span class="number">
          = ({here} − {guess < 0 ? `(${there})` : there})² / (2 · {wide}²) = <strong>{apart}</strong>
        </span>
      </p>
      <p class="field-hint">
        In terms of the noise that is {readable(weightOf(now))} · (ε − <Formula>{guessedNoise}</Formula>)². The number
        in front falls while t grows. <Cite of="ho2020" /> leave it out, and so the loss of algorithm 1 remains. With
        all {T} steps the bells nearly coincide whatever the guess, except at the end: a small step cannot go far wrong.
        That is why a bell will do for it.
      </p>
    </Card>
  );
}
