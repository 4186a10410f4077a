/** The choice of the schedules, and what they do to a picture. */
import type { JSX } from 'preact';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { NumberField } from '../../components/field.tsx';
import { Slider } from '../../components/slider.tsx';
import { Formula } from './math.tsx';
import { percent } from './numbers.ts';
import { BETA_END, BETA_START, halfTime, type Kind, STANDARD, T_RANGE, valuesAt } from './schedules.ts';
import { changeT, choice, schedules } from './state.ts';

export function ScheduleCard(): JSX.Element {
  const { T, betaStart, betaEnd } = choice.value;
  const standard = T === STANDARD.T && betaStart === STANDARD.betaStart && betaEnd === STANDARD.betaEnd;
  return (
    <Card
      title="The schedules"
      class="forward-schedule"
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
          label={<BetaLabel index={<mn>1</mn>}>linear</BetaLabel>}
          value={betaStart}
          min={BETA_START.min}
          max={Math.min(BETA_START.max, betaEnd)}
          step={0.0001}
          onChange={(value) => {
            choice.value = { ...choice.peek(), betaStart: value };
          }}
        />
        <NumberField
          label={<BetaLabel index={<mi>T</mi>}>linear</BetaLabel>}
          value={betaEnd}
          min={Math.max(BETA_END.min, betaStart)}
          max={BETA_END.max}
          step={0.001}
          onChange={(value) => {
            choice.value = { ...choice.peek(), betaEnd: value };
          }}
        />
      </div>
      <Comparison />
    </Card>
  );
}

function BetaLabel({ index, children }: { index: JSX.Element; children: string }): JSX.Element {
  return (
    <>
      <Formula>
        <msub>
          <mi>β</mi>
          {index}
        </msub>
      </Formula>{' '}
      {children}
    </>
  );
}

/** What the two schedules do to a picture over T steps. */
function Comparison(): JSX.Element {
  const { linear, cosine } = schedules.value;
  const rest = valuesAt(linear, linear.T).signal;
  const half = (kind: Kind) => halfTime(schedules.value[kind]);
  const tell = (kind: Kind) => (half(kind) === null ? `never (${kind})` : `from t = ${half(kind)} (${kind})`);
  return (
    <p class="forward-remark">
      More than half of what is seen is noise {tell('linear')} and {tell('cosine')}.{' '}
      {rest > 0.05
        ? `At t = T the linear schedule still leaves ${percent(rest)} of the picture’s strength: its steps are too small, or too few, to destroy it. `
        : 'At t = T both leave nothing that could be seen. '}
      {cosine.T > 1 && 'The cosine is made for its T: it always ends in noise.'}
    </p>
  );
}
