/** The reparametrisation trick: one fixed epsilon, and what it becomes while mean and deviation move. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import {
  alphaBar,
  Formula,
  fraction,
  less,
  letter,
  epsilon as noise,
  root,
  row,
  sub,
} from '../../../components/math.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { Slider } from '../../../components/slider.tsx';
import { epsilon } from '../../forward/state/noisy.ts';
import { valuesAt } from '../../forward/state/schedules.ts';
import { schedules } from '../../forward/state/state.ts';
import { useReading } from '../readings.ts';
import { drawnFrom, slopesOf } from './draws.ts';
import { Moved } from './moved.tsx';

/** Seed of the first draw, and how many stay on show. */
const [SEED, MOST] = [23, 60];

type Kind = 'free' | 'time';

export function Reparametrise(): JSX.Element {
  const [kind, setKind] = useState<Kind>('free');
  const [mu, setMu] = useState(0.5);
  const [sigma, setSigma] = useState(0.8);
  const [x0, setX0] = useState(0.8);
  const [t, setT] = useState(120);
  const [draws, setDraws] = useState<readonly number[]>(() => [epsilon(SEED, 1)[0]!]);
  const schedule = schedules.value.linear;
  const time = Math.min(t, schedule.T);
  useReading('draw', { ofTime: kind === 'time', x0, t: time }, (to) => {
    if (to.ofTime) setKind('time');
    if (to.x0 !== undefined) setX0(to.x0);
    if (to.t !== undefined) setT(to.t);
  });
  const { signal, noise } = valuesAt(schedule, time);
  const [mean, deviation] = kind === 'free' ? [mu, sigma] : [signal * x0, noise];
  const now = draws.at(-1)!;
  const z = drawnFrom(mean, deviation, now);
  const slopes = slopesOf(now);
  return (
    <Card title="The reparametrisation trick" class="grid gap-16">
      <p>
        To draw from any bell, draw ε from the standard one, stretch it by σ and move it by μ. All the chance is in ε,
        which knows nothing of μ and σ.
      </p>
      <p class="learn-moved-formula">
        <Formula>{kind === 'free' ? FREE : TIME}</Formula>{' '}
        <span class="number">
          = {kind === 'free' ? say(mean) : `${say(signal)} · ${signed(x0)}`} + {say(deviation)} · {signed(now)} ={' '}
          <strong>{say(z)}</strong>
        </span>
      </p>
      <div class="learn-bell-row">
        <Moved mean={mean} deviation={deviation} draws={draws} name={kind === 'free' ? 'z' : 'xₜ'} />
        <div class="learn-bell-side">
          <Segmented<Kind>
            label="Mean and deviation"
            value={kind}
            options={[
              { value: 'free', label: 'Any μ and σ' },
              { value: 'time', label: 'Of xₜ' },
            ]}
            onChange={setKind}
          />
          {kind === 'free' ? (
            <>
              <Slider label="Mean μ" value={mu} min={-1.5} max={1.5} step={0.05} format={say} onInput={setMu} />
              <Slider
                label="Deviation σ"
                value={sigma}
                min={0.05}
                max={1.2}
                step={0.05}
                format={say}
                onInput={setSigma}
              />
            </>
          ) : (
            <>
              <Slider label="Pixel x₀" value={x0} min={-1} max={1} step={0.05} format={say} onInput={setX0} />
              <Slider
                label="Time t of the jump"
                value={time}
                min={1}
                max={schedule.T}
                format={(value) => `${value} of ${schedule.T}`}
                onInput={setT}
              />
            </>
          )}
          <div class="row gap-8">
            <Button
              icon="dice"
              onClick={() => {
                const drawn = epsilon(Math.floor(Math.random() * 2 ** 32), 1)[0]!;
                setDraws((before) => [...before, drawn].slice(-MOST));
              }}
            >
              Draw ε
            </Button>
            <p class="number muted">ε = {say(now)}</p>
          </div>
        </div>
      </div>
      <dl class="learn-moved-slopes">
        <Slope
          of={letter('μ')}
          line="learn-moved-mu"
          value={slopes.mu}
          words={<>Move μ, and the draw moves as far.</>}
        />
        <Slope
          of={letter('σ')}
          line="learn-moved-sigma"
          value={slopes.sigma}
          words={<>Widen the bell, and the draw moves by ε times as much.</>}
        />
      </dl>
      <p>
        So a draw has a gradient, though it is random: the arrows show it, to scale. Networks that have to choose μ and
        σ learn through it. For diffusion it does more: x<sub>t</sub> is one such draw, with μ ={' '}
        <Formula>{row(root(alphaBar), sub('x', '0'))}</Formula> and σ = <Formula>{root(less(alphaBar))}</Formula>, where
        ᾱ<sub>t</sub> is what is left of the picture’s variance. Its ε is what the network will have to guess.
      </p>
    </Card>
  );
}

const z = letter('z');
const FREE = row(z, '=', letter('μ'), '+', letter('σ'), noise);
const TIME = row(sub('x', 't'), '=', root(alphaBar), sub('x', '0'), '+', root(less(alphaBar)), noise);

/** Two decimals, so that the sum can be checked by hand. */
const say = (value: number) => value.toFixed(2).replace('-', '−');
const signed = (value: number) => (value < 0 ? `(${say(value)})` : say(value));

interface SlopeProps {
  of: JSX.Element;
  line: string;
  value: number;
  words: ComponentChildren;
}

function Slope({ of, line, value, words }: SlopeProps): JSX.Element {
  return (
    <div class={line}>
      <dt>
        <Formula>{fraction(row('∂', z), row('∂', of))}</Formula> ={' '}
        <span class="number">{line === 'learn-moved-mu' ? '1' : `ε = ${say(value)}`}</span>
      </dt>
      <dd>{words}</dd>
    </div>
  );
}
