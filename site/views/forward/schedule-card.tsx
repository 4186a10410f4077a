/** The choice of the schedules. */
import type { JSX } from 'preact';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { NumberField } from '../../components/field.tsx';
import { Formula, sub } from '../../components/math.tsx';
import { Slider } from '../../components/slider.tsx';
import { BETA_END, BETA_START, STANDARD, T_RANGE } from './state/schedules.ts';
import { changeT, choice } from './state/state.ts';

export function ScheduleCard(): JSX.Element {
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
      <div class="forward-choice">
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

function BetaLabel({ index, children }: { index: string; children: string }): JSX.Element {
  return (
    <>
      <Formula>{sub('β', index)}</Formula> {children}
    </>
  );
}
