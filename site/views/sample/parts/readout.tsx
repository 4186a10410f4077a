/** The numbers of the sampling: t, the step, the pace, and the time left. */
import type { JSX } from 'preact';
import { describeProgress } from '../../../components/model-words.ts';
import { loaded } from '../../../state/store.ts';
import { formatRate, formatSeconds } from '../state/pace.ts';
import { pictures } from '../state/run.ts';
import { info, last, pace, phase, position, recorded, run, timestepAt } from '../state/state.ts';
import { counted, STEP } from '../state/unit.ts';

export function Readout(): JSX.Element {
  const made = run.value;
  const step = Math.max(position.value, 0);
  return (
    <div class="sample-readout">
      <p class="sample-t">
        <math>
          <mi>t</mi>
          <mo>=</mo>
        </math>
        <span class="number">{made ? timestepAt(made, step) : (recorded.value?.t ?? '–')}</span>
      </p>
      <p class="sample-step number">{made ? `${made.unit} ${step} of ${made.frames.steps}` : before()}</p>
      <p class="sample-status number">{status()}</p>
    </div>
  );
}

/** What is shown before anything was made. */
function before(): string {
  const { value } = recorded;
  return value ? `a recording, step ${value.step} of ${value.steps}` : 'pure noise';
}

function status(): string {
  switch (phase.value) {
    case 'loading':
      return loadingStatus();
    case 'sampling': {
      const { seconds = 0, stepsPerSecond = 0, left = null } = pace.value ?? {};
      const rate = stepsPerSecond > 0 ? ` · ${rateWords(stepsPerSecond)}` : '';
      return `${formatSeconds(seconds)}${rate}${left === null ? '' : ` · ${formatSeconds(left)} left`}`;
    }
    case 'done': {
      if (!run.value || !pace.value) return '';
      const { seconds, stepsPerSecond } = pace.value;
      return `${pictures(run.value.parameters.count)} in ${formatSeconds(seconds)} · ${rateWords(stepsPerSecond)}`;
    }
    case 'cancelled':
      return `Cancelled after ${unit()} ${Math.max(last.value, 0)}`;
    default:
      return info.value
        ? recorded.value
          ? 'Ready: press Sample to make them here'
          : 'Ready'
        : loaded.value.state === 'loading'
          ? loadingStatus()
          : '';
  }
}

/** `3.42 steps/s` */
const rateWords = (rate: number) => `${counted(formatRate(rate), unit())}/s`;

const unit = () => run.value?.unit ?? STEP;

function loadingStatus(): string {
  const { value } = loaded;
  if (value.state !== 'loading') return 'Starting';
  const { label, bytes } = describeProgress(value.progress);
  return bytes ? `${label}, ${bytes}` : label;
}
