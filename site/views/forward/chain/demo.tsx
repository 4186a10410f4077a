/** The chain of t single steps against the one jump of the closed form, both computed here and now. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '#site/components/button.tsx';
import { Card } from '#site/components/card.tsx';
import { Grid, type Points, roundTicks } from '#site/components/chart.tsx';
import { Segmented } from '#site/components/field.tsx';
import { useInTurn } from '#site/components/later.tsx';
import { PictureCanvas } from '#site/components/picture-canvas.tsx';
import { toBytes } from '#site/state/picture.ts';
import { announce } from '#site/state/store.ts';
import { Plot } from '../plots/schedule-plots.tsx';
import { duration, grouped } from '../state/numbers.ts';
import { type Kind, valuesAt } from '../state/schedules.ts';
import { picture, schedules, seed, t } from '../state/state.ts';
import { type Outcome, runBoth } from './run.ts';
import { binEdges, density, moments, normalDensity, type Tally } from './statistics.ts';

export function ChainDemo() {
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
          options={{ linear: 'Linear', cosine: 'Cosine' }}
          onChange={setKind}
        />
      }
    >
      <p class="lede">
        The chain goes through every picture from x₁ to xₜ and draws a new noise each time. The closed form draws one
        and is there. They are different pictures of one distribution: mean and standard deviation agree.
      </p>
      <div class="forward-race grid gap-20">
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
      {outcome && <p class="forward-remark muted">{verdictOf(outcome, deviation, now)}</p>}
    </Card>
  );
}

function told(runs: number): string {
  return runs === 1 ? 'One run. Another adds to the histogram.' : `${runs} runs, each with its own noise.`;
}

/** What both ways came to, in sentences. */
function verdictOf({ chain, jump }: Outcome, promised: number, steps: number): string {
  const [a, b] = [chain, jump].map(({ noise }) => moments(noise).deviation.toFixed(3));
  const same = `The noise has a standard deviation of ${a} by the chain and of ${b} by the jump; the closed form promises ${promised.toFixed(3)}.`;
  if (jump.milliseconds === 0) return same;
  const times = chain.milliseconds / jump.milliseconds;
  const work = steps === 1 ? 'both do the work of one step' : `it does the work of one step instead of ${steps}`;
  return `${same} As measured, the jump was ${times >= 10 ? grouped(times) : times.toFixed(1)} times as fast; ${work}.`;
}

interface WayProps {
  title: string;
  class: string;
  x: Float32Array | undefined;
  children: string;
}

function Way({ title, class: extra, x, children }: WayProps) {
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

interface HistogramProps {
  outcome: Outcome | null;
  /** sqrt(1 - alphaBar_t) */
  deviation: number;
}

/** The noise in x_t by both ways, and the density that the closed form promises. */
function Histogram({ outcome, deviation }: HistogramProps) {
  const { range } = outcome?.chain.noise ?? { range: 4 * deviation };
  const bell = Array.from({ length: 121 }, (_, i) => {
    const x = ((i - 60) / 60) * range;
    return [x, normalDensity(x, deviation)] as const;
  });
  const [jump, chain] = [outcome?.jump, outcome?.chain].map((side) => (side ? stepped(side.noise) : []));
  const most = 1.08 * Math.max(...[...bell, ...jump!, ...chain!].map(([, height]) => height));
  const label = outcome
    ? 'Histogram of the noise in x t: chain and jump both follow the normal density of the closed form.'
    : 'The normal density of the closed form; run both to lay the histograms over it.';
  return (
    <Plot label={label} x={{ from: -range, to: range }} y={{ from: 0, to: most }}>
      {(at) => (
        <>
          <Grid at={at} x={roundTicks(-range, range, at.ends.right / 64)} y={roundTicks(0, most, 5)} />
          <path class="forward-jump-bars" d={at.line(jump!)} />
          <path class="forward-chain-bars" d={at.line(chain!)} />
          <path class="forward-bell" d={at.line(bell)} />
        </>
      )}
    </Plot>
  );
}

/** The outline of a histogram's bars. */
function stepped(tally: Tally): Points {
  const edges = binEdges(tally);
  const tops = [...density(tally)].flatMap((height, i) => [
    [edges[i]!, height] as const,
    [edges[i + 1]!, height] as const,
  ]);
  return [[-tally.range, 0], ...tops, [tally.range, 0]];
}
