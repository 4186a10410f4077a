/** The plots as numbers. */
import type { JSX } from 'preact';
import { alphaBar, beta, Formula, SNR } from '../../../components/math.tsx';
import { readable } from '../state/numbers.ts';
import { evenTimes, KIND_WORDS, KINDS, valuesAt } from '../state/schedules.ts';
import { schedules, t } from '../state/state.ts';

export function ScheduleTable(): JSX.Element {
  const pair = schedules.value;
  const stops = [...new Set([...evenTimes(pair.linear.T, 5), t.value])].sort((a, b) => a - b);
  const columns = [
    { name: 'beta', spoken: 'beta', head: beta },
    { name: 'alphaBar', spoken: 'alpha bar', head: alphaBar },
    { name: 'snr', spoken: 'signal to noise', head: SNR },
  ] as const;
  return (
    <details class="forward-more">
      <summary>The plots as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a narrow screen */}
      <section class="forward-scroll" tabIndex={0} aria-label="The plots as a table">
        <table class="forward-table">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                <i>t</i>
              </th>
              {columns.map(({ name, spoken, head }) => (
                <th key={name} scope="colgroup" colSpan={2}>
                  <span class="hidden">{spoken}</span>
                  <span aria-hidden="true">
                    <Formula>{head}</Formula>
                  </span>
                </th>
              ))}
            </tr>
            <tr>
              {columns.flatMap(({ name }) =>
                KINDS.map((kind) => (
                  <th key={name + kind} scope="col">
                    {KIND_WORDS[kind]}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {stops.map((stop) => (
              <tr key={stop} class={stop === t.value ? 'forward-now' : undefined}>
                <th scope="row">{stop}</th>
                {columns.flatMap(({ name }) =>
                  KINDS.map((kind) => <td key={name + kind}>{readable(valuesAt(pair[kind], stop)[name])}</td>),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
