/** The chain of t single steps against the one jump of the closed form, both computed here and now. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '#site/components/button.tsx';
import { Card } from '#site/components/card.tsx';
import { useInTurn } from '#site/components/later.tsx';
import { PictureCanvas } from '#site/components/picture-canvas.tsx';
import { Segmented } from '#site/components/segmented.tsx';
import { toBytes } from '#site/state/pixels.ts';
import { announce } from '#site/state/store.ts';
import { duration } from '../state/numbers.ts';
import { KINDS, type Kind, valuesAt } from '../state/schedules.ts';
import { picture, schedules, seed, t } from '../state/state.ts';
import { Histogram } from './histogram.tsx';
import { Results } from './results.tsx';
import { type Outcome, runBoth } from './run.ts';

export function ChainDemo(): JSX.Element {
  const [kind, setKind] = useState<Kind>('linear');
  const schedule = schedules.value[kind];
  const image = useInTurn(picture.value ?? undefined);
  const now = t.value;
  const { shown, outcome, running, run, stop } = useRun(kind);
  const { noise: deviation } = valuesAt(schedule, Math.max(now, 1));
  return (
    <Card
      title="Step by step, or in one jump"
      class="forward-demo grid gap-16"
      aside={
        <Segmented
          label="Schedule"
          hideLabel
          value={kind}
          options={KINDS.map((value) => ({ value, label: value === 'linear' ? 'Linear' : 'Cosine' }))}
          onChange={setKind}
        />
      }
    >
      <p class="lede">
        The chain goes through every picture from x₁ to xₜ and draws a new noise each time. The closed form draws one
        and is there. They are different pictures of one distribution: mean and standard deviation agree.
      </p>
      <div class="forward-race">
        <Way
          title={now === 1 ? 'Chain, 1 step' : `Chain, ${now} steps`}
          class="forward-way-chain"
          x={shown?.x ?? image?.x0}
        >
          {running && shown
            ? `step ${shown.step} of ${now}`
            : outcome
              ? duration(outcome.chain.milliseconds)
              : 'starts at x₀'}
        </Way>
        <Way title="Closed form" class="forward-way-jump" x={outcome?.jump.x ?? image?.x0}>
          {outcome ? duration(outcome.jump.milliseconds) : 'starts at x₀'}
        </Way>
        <div class="forward-evidence grid slim gap-8">
          <Histogram outcome={outcome} deviation={deviation} />
          <p class="muted fine">
            The noise in xₜ, pixel by pixel: <span class="forward-way-chain">chain</span>,{' '}
            <span class="forward-way-jump">jump</span>, and dashed the normal density that the closed form promises.
          </p>
        </div>
      </div>
      <div class="forward-run row">
        {running ? (
          <Button icon="stop" onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button icon="play" disabled={!image || now === 0} onClick={run}>
            {outcome ? 'Run again' : 'Run both'}
          </Button>
        )}
        <p class="field-hint">
          {!image
            ? 'There is no picture yet to run it on.'
            : now === 0
              ? 'At t = 0 there is nothing to run: move t up first.'
              : outcome
                ? told(outcome.runs)
                : 'Computed on this device, and timed.'}
        </p>
      </div>
      {image && <Results outcome={outcome} schedule={schedule} x0={image.x0} t={now} />}
    </Card>
  );
}

function told(runs: number): string {
  return runs === 1 ? 'One run. Another adds to the histogram.' : `${runs} runs, each with its own noise.`;
}

interface WayProps {
  title: string;
  class: string;
  x: Float32Array | undefined;
  children: string;
}

function Way({ title, class: extra, x, children }: WayProps): JSX.Element {
  const shape = picture.value?.shape;
  const bytes = useMemo(() => x && toBytes(x), [x]);
  const fits = shape && bytes && bytes.length === shape[0] * shape[1] * shape[2];
  return (
    <figure class={`forward-way grid top slim gap-8 muted small ${extra}`}>
      <figcaption>{title}</figcaption>
      <div class="forward-frame">
        {fits && <PictureCanvas pixels={bytes} shape={shape} label={`${title}, ${children}`} />}
      </div>
      <p class="number">{children}</p>
    </figure>
  );
}

/** The runs so far with the current settings. Any change cancels the run under way and drops the others. */
function useRun(kind: Kind) {
  const [shown, setShown] = useState<{ step: number; x: Float32Array } | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [abort, setAbort] = useState<AbortController | null>(null);
  const under = useRef(abort);
  under.current = abort;
  const setting = { schedule: schedules.value[kind], x0: picture.value?.x0, t: t.value, seed: seed.value };

  useEffect(
    () => () => {
      under.current?.abort();
      setAbort(null);
      setShown(null);
      setOutcome(null);
    },
    Object.values(setting),
  );

  const run = async () => {
    const { x0 } = setting;
    if (!x0) return;
    const controller = new AbortController();
    setAbort(controller);
    const { signal } = controller;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const onStep = (step: number, x: Float32Array) => setShown({ step, x });
    try {
      const result = await runBoth({ ...setting, x0 }, outcome, { onStep, signal, still });
      setOutcome(result);
      announce(
        `The chain took ${duration(result.chain.milliseconds)}, the jump ${duration(result.jump.milliseconds)}.`,
      );
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      if (under.current === controller) setAbort(null);
    }
  };
  const stop = () => {
    abort?.abort();
    setAbort(null);
    setShown(null);
  };
  return { shown, outcome, running: abort !== null, run, stop };
}
