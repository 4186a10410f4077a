/** Which step is on show. */
import type { JSX } from 'preact';
import { Segmented } from '../../../../components/segmented.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { momentOf, STEPS, T } from './moments.ts';
import { number, place, steps } from './state.ts';

export function StepChoice(): JSX.Element {
  const count = steps.value;
  return (
    <>
      <Segmented
        label="Steps in all"
        value={String(count)}
        options={STEPS.map((value) => ({ value: String(value), label: String(value) }))}
        onChange={(value) => {
          steps.value = STEPS.find((one) => String(one) === value)!;
        }}
      />
      <Slider
        label="Time t of the step"
        value={number.value}
        min={2}
        max={count}
        format={(value) => {
          const { t, to } = momentOf(count, value);
          return `t = ${t}, to ${to}, of ${T}`;
        }}
        onInput={(value) => {
          place.value = value / count;
        }}
      />
    </>
  );
}
