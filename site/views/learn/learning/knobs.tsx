/** Something to break: what the run is made of, changed while it trains. */

import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { Slider } from '../../../components/slider.tsx';
import { useAddress } from '../../../shell/use-address.ts';
import { Cite } from '../cite.tsx';
import { SCHEDULES, type ScheduleName } from './chain.ts';
import { faultsOf } from './faults.ts';
import { formatSetup, RATES, readSetup, type Setup, STANDARD, TIMESTEPS, WIDTHS } from './setup.ts';
import { SHAPES, type Shape } from './shapes.ts';
import { begunAnew, change, setup } from './state.ts';

const NAMES: Record<Shape, string> = { moons: 'Moons', ring: 'Ring', spiral: 'Spiral' };
const SCHEDULE_NAMES: Record<ScheduleName, string> = { cosine: 'Cosine', linear: 'Linear', sigmoid: 'Sigmoid' };

/** Ways to break it. */
const BREAKS: readonly { words: string; to: Partial<Setup> }[] = [
  { words: 'Rate 1', to: { rate: 1 } },
  { words: '2 neurons', to: { width: 2 } },
  { words: '5 timesteps', to: { timesteps: 5 } },
  { words: 'Linear in 20', to: { schedule: 'linear', timesteps: 20 } },
];

export function DataChoice(): JSX.Element {
  return (
    <Segmented<Shape>
      label="Data"
      value={setup.value.data}
      options={SHAPES.map((value) => ({ value, label: NAMES[value] }))}
      onChange={(data) => change({ data })}
    />
  );
}

export function Knobs(): JSX.Element {
  useAddress({
    view: 'learn',
    part: 'learning',
    settings: setup,
    read: readSetup,
    format: formatSetup,
    apply: change,
  });
  const now = setup.value;
  const numbers = (values: readonly number[]) =>
    values.map((value) => ({ value: String(value), label: String(value) }));
  const faults = faultsOf(now);
  return (
    <section class="learn-knobs grid gap-14" aria-labelledby="learn-knobs">
      <h2 id="learn-knobs">Something to break</h2>
      <p>
        Change what the run is made of while it trains. The corrections are those of Adam (<Cite of="adam2014" />
        ); the idea of the figure is that of TensorFlow Playground (<Cite of="smilkov2017" />
        ). What a schedule may leave at its end is told by <Cite of="lin2023" />.
      </p>
      <div class="row gap-8">
        {BREAKS.map(({ words, to }) => (
          <Button key={words} onClick={() => change({ ...STANDARD, data: now.data, ...to })}>
            {words}
          </Button>
        ))}
        <Button kind="quiet" icon="retry" onClick={() => change({ ...STANDARD, data: now.data })}>
          As it was
        </Button>
      </div>
      <div class="learn-knobs-row">
        <Slider
          label="Learning rate"
          value={RATES.indexOf(now.rate)}
          min={0}
          max={RATES.length - 1}
          format={(at) => String(RATES[at])}
          hint="Goes on at once."
          onInput={(at) => change({ rate: RATES[at]! })}
        />
        <Segmented
          label="Neurons in a layer"
          value={String(now.width)}
          options={numbers(WIDTHS)}
          hint="Begins anew."
          onChange={(value) => change({ width: Number(value) })}
        />
        <Segmented
          label="Timesteps T"
          value={String(now.timesteps)}
          options={numbers(TIMESTEPS)}
          hint="Go on at once."
          onChange={(value) => change({ timesteps: Number(value) })}
        />
        <Segmented<ScheduleName>
          label="Schedule"
          value={now.schedule}
          options={SCHEDULES.map((value) => ({ value, label: SCHEDULE_NAMES[value] }))}
          hint="Goes on at once."
          onChange={(schedule) => change({ schedule })}
        />
      </div>
      <div class="learn-knobs-said" aria-live="polite">
        {begunAnew.value && <p>{begunAnew.value}: training has begun anew.</p>}
        {faults.map((words) => (
          <p key={words}>{words}</p>
        ))}
      </div>
    </section>
  );
}
