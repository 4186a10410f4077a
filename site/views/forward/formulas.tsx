/** The formulas of the forward process, with a sentence each and the numbers at the current t. */
import type { ComponentChildren, JSX } from 'preact';
import { Card } from '../../components/card.tsx';
import {
  AlphaBarDefinition,
  AlphaDefinition,
  ClosedDistribution,
  ClosedSample,
  SnrDefinition,
  StepDistribution,
  StepSample,
} from '../../components/math.tsx';
import { readable } from './state/numbers.ts';
import { KIND_WORDS, KINDS, type Values, valuesAt } from './state/schedules.ts';
import { schedules, t } from './state/state.ts';

interface Entry {
  title: string;
  formulas: () => JSX.Element;
  sentence: string;
  /** Null where there is nothing to say at t = 0. */
  now(values: Values): string | undefined;
}

const ENTRIES: readonly Entry[] = [
  {
    title: 'One step',
    formulas: () => (
      <>
        <StepDistribution />
        <StepSample />
      </>
    ),
    sentence:
      'Adding noise means sampling from a normal distribution: its mean is the previous picture, a little dimmed, and its variance is βₜ, fixed beforehand.',
    now: ({ beta }) =>
      beta === undefined ? undefined : `${readable(Math.sqrt(1 - beta), 4)} xₜ₋₁ + ${readable(Math.sqrt(beta), 4)} ε`,
  },
  {
    title: 'What a step keeps',
    formulas: AlphaDefinition,
    sentence: 'αₜ says how much of the picture’s variance the step keeps.',
    now: ({ alpha, beta }) => (alpha === undefined ? undefined : `1 − ${readable(beta)} = ${readable(alpha, 4)}`),
  },
  {
    title: 'What t steps keep',
    formulas: AlphaBarDefinition,
    sentence:
      'The product of all α up to t says how much of the original picture is left; it depends on the schedule alone, so it is known before the first step.',
    now: ({ alphaBar }) => readable(alphaBar),
  },
  {
    title: 'The super trick',
    formulas: () => (
      <>
        <ClosedDistribution />
        <ClosedSample />
      </>
    ),
    sentence:
      'A sum of Gaussians is a Gaussian, so any xₜ comes straight from x₀ with a single ε, without the chain in between.',
    now: ({ signal, noise }) => `${readable(signal)} x₀ + ${readable(noise)} ε`,
  },
  {
    title: 'Signal to noise',
    formulas: SnrDefinition,
    sentence: 'Above 1 there is more picture than noise in xₜ, below 1 more noise than picture.',
    now: ({ snr }) => readable(snr),
  },
];

export function Formulas(): JSX.Element {
  return (
    <Card title="The formulas">
      <ol class="forward-formulas">
        {ENTRIES.map((entry) => (
          <FormulaEntry key={entry.title} {...entry} />
        ))}
      </ol>
    </Card>
  );
}

function FormulaEntry({ title, formulas: Shown, sentence, now }: Entry): JSX.Element {
  const values = KINDS.map((kind): [(typeof KINDS)[number], ComponentChildren] => [
    kind,
    now(valuesAt(schedules.value[kind], t.value)),
  ]);
  return (
    <li class="forward-entry grid slim gap-8">
      <h3 class="forward-entry-title muted small">{title}</h3>
      <div class="forward-entry-formula grid gap-12">
        <Shown />
      </div>
      <p>{sentence}</p>
      <dl class="forward-legend">
        {values.map(([kind, value]) => (
          <div key={kind} class={`forward-${kind}`}>
            <dt>{KIND_WORDS[kind]}</dt>
            <dd class="number">{value ?? 'no step at t = 0'}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
