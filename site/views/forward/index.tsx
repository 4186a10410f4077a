/** The forward process: a picture, its noise, and the schedule that mixes them. */
import './below.css';
import './chain/chain.css';
import './plots/plots.css';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Card, NextStep } from '../../components/card.tsx';
import { NumberField, Slider } from '../../components/field.tsx';
import { Later } from '../../components/later.tsx';
import { Formula, sub } from '../../components/math.tsx';
import { useAddress } from '../../components/use-address.ts';
import { formatRoute } from '../../state/router.ts';
import { ChainDemo } from './chain/demo.tsx';
import { SchedulePlots } from './plots/schedule-plots.tsx';
import { BETA_END, BETA_START, STANDARD, T_RANGE } from './state/schedules.ts';
import { applySettings, changeT, choice, formatSettings, moveTo, readSettings, settings, t } from './state/state.ts';
import './forward.css';
import './stage.css';
import './first.css';
import './widths.css';
import { Source } from './source.tsx';
import { Stage } from './stage.tsx';

const WHOLE = 8000; // ms from 0 to T
const playing = signal(false);

function TimeBar() {
  const { T } = choice.value;
  usePlay();
  return (
    <div class="forward-bar">
      <div class="forward-bar-inner grid gap-16">
        <Button
          kind="primary"
          icon={playing.value ? 'pause' : 'play'}
          label={playing.value ? 'Pause' : 'Play'}
          onClick={() => {
            if (!playing.peek() && t.peek() >= T) moveTo(0);
            playing.value = !playing.peek();
          }}
        />
        <Slider
          label="Time t"
          value={t.value}
          min={0}
          max={T}
          format={(time) => `${time} of ${T}`}
          onInput={(time) => {
            playing.value = false;
            moveTo(time);
          }}
        />
      </div>
    </div>
  );
}

/** Moves t once per screen frame, at a pace that does not depend on T. Ends at T, or with the view. */
function usePlay(): void {
  const on = playing.value;
  useEffect(() => {
    if (!on) return;
    let before: number | undefined;
    let exact = t.peek();
    let frame = requestAnimationFrame(function advance(now) {
      const { T } = choice.peek();
      if (Math.round(exact) !== t.peek()) exact = t.peek(); // something else moved it
      exact = Math.min(exact + ((now - (before ?? now)) / WHOLE) * T, T);
      before = now;
      moveTo(exact);
      if (exact >= T) playing.value = false;
      else frame = requestAnimationFrame(advance);
    });
    return () => cancelAnimationFrame(frame);
  }, [on]);
  useEffect(
    () => () => {
      playing.value = false;
    },
    [],
  );
}

/** The choice of the schedules. */
function ScheduleCard() {
  const { T, betaStart, betaEnd } = choice.value;
  const standard = T === STANDARD.T && betaStart === STANDARD.betaStart && betaEnd === STANDARD.betaEnd;
  return (
    <Card
      title="The schedules"
      class="forward-schedule grid gap-12"
      aside={
        <Button
          kind="quiet"
          icon="retry"
          title="The tutorial’s values"
          disabled={standard}
          onClick={() => {
            changeT(STANDARD.T);
            choice.value = STANDARD;
          }}
        >
          Reset
        </Button>
      }
    >
      <div class="forward-choice grid gap-12">
        <Slider label="Steps T" value={T} min={T_RANGE.min} max={T_RANGE.max} step={10} onInput={changeT} />
        <NumberField
          label={<BetaLabel index="1">linear</BetaLabel>}
          value={betaStart}
          min={BETA_START.min}
          max={Math.min(BETA_START.max, betaEnd)}
          step={0.0001}
          onChange={(value) => {
            choice.value = { ...choice.peek(), betaStart: value };
          }}
        />
        <NumberField
          label={<BetaLabel index="T">linear</BetaLabel>}
          value={betaEnd}
          min={Math.max(BETA_END.min, betaStart)}
          max={BETA_END.max}
          step={0.001}
          onChange={(value) => {
            choice.value = { ...choice.peek(), betaEnd: value };
          }}
        />
      </div>
    </Card>
  );
}

function BetaLabel({ index, children }: { index: string; children: string }) {
  return (
    <>
      <Formula>{sub('β', index)}</Formula> {children}
    </>
  );
}

export default function ForwardView() {
  useAddress({ view: 'forward', settings, read: readSettings, format: formatSettings, apply: applySettings });
  return (
    <div class="forward">
      <header class="grid gap-8">
        <h1>Forward process</h1>
        <p class="lede">
          A diffusion model learns to undo this: a picture is drowned in noise, in T small steps. Nothing is learned
          here: the schedule fixes everything. Move t and watch.
        </p>
      </header>
      <TimeBar />
      <div class="forward-top grid gap-24">
        <Stage />
        <div class="grid top slim gap-24">
          <Source />
          <ScheduleCard />
        </div>
      </div>
      <Later>
        <Card title="Linear against cosine">
          <SchedulePlots />
        </Card>
      </Later>
      <Later>
        <ChainDemo />
        <NextStep href={formatRoute('learn', {}, 'guess')} label="Guess the noise">
          The picture is destroyed. Can a network say which noise is in it?
        </NextStep>
      </Later>
    </div>
  );
}
