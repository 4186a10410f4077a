/** What both samplings share, and what they differ in. */
import { type SamplerName, samplerRecord } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { Segmented } from '../../../../components/segmented.tsx';
import { Select } from '../../../../components/select.tsx';
import { CHOICES, DIFFERENCES, type Difference, type Side } from './settings.ts';
import { change, settings } from './state.ts';

const NAMES: Record<Difference, string> = {
  sampler: 'Sampler',
  steps: 'Steps',
  guidance: 'Guidance',
  fresh: 'Fresh noise',
};

const wordsOf = (key: Difference, value: Side[Difference]): string => {
  if (key === 'sampler') return samplerRecord(value as SamplerName).label;
  return key === 'fresh' ? `seed ${value}` : String(value);
};

/** @param guided whether the network was also trained without being told the digit */
export function PairControls({ guided }: { guided: boolean }): JSX.Element {
  const { differs, one, other, digit } = settings.value;
  const possible = DIFFERENCES.filter((key) => guided || key !== 'guidance');
  const choose = (
    label: string,
    key: Difference,
    value: Side[Difference],
    onChange: (to: Side[Difference]) => void,
  ) => (
    <Select
      key={`${label} ${key}`}
      label={label}
      value={String(value)}
      options={CHOICES[key].map((choice) => ({ value: String(choice), label: wordsOf(key, choice) }))}
      onChange={(text) => onChange(CHOICES[key].find((choice) => String(choice) === text)!)}
    />
  );
  const set = (key: Difference) => (value: Side[Difference]) => change({ one: { ...one, [key]: value } });
  return (
    <>
      <Segmented<Difference>
        label="They differ in"
        value={differs}
        options={possible.map((value) => ({ value, label: NAMES[value] }))}
        onChange={(value) => change({ differs: value })}
      />
      <div class="learn-pair-choices">
        {choose(`${NAMES[differs]}, first`, differs, one[differs], set(differs))}
        {choose(`${NAMES[differs]}, second`, differs, other[differs], (value) =>
          change({ other: { ...other, [differs]: value } }),
        )}
        {possible.filter((key) => key !== differs).map((key) => choose(NAMES[key], key, one[key], set(key)))}
        <Select
          label="Digit"
          value={String(digit)}
          options={Array.from({ length: 10 }, (_, i) => ({ value: String(i), label: String(i) }))}
          onChange={(value) => change({ digit: Number(value) })}
        />
      </div>
    </>
  );
}
