/** The figure as numbers: how far each number of steps ends from the fine path, and how bent that path is. */
import type { JSX } from 'preact';
import { REACH } from '../../learning/grid.ts';
import { useReading } from '../../readings.ts';
import { STEPS } from './settings.ts';
import { FINE, NAMES, type Name, type Result, results, steps } from './state.ts';

export const TITLES: Record<Name, string> = { diffusion: 'Diffusion', flow: 'Flow matching', student: 'Student' };

/** Of distances and ratios in the plane: two decimals, which few rounds of training settle. */
export const twoDecimals = (value: number): string => (value < 0.005 ? '< 0.01' : value.toFixed(2));

export const counted = (count: number): string => (count === 1 ? '1 step' : `${count} steps`);

export function Numbers(): JSX.Element {
  const all = results.value;
  const missed = Object.fromEntries(all.diffusion?.missed ?? []);
  useReading('few', { steps: steps.value, missed }, (to) => {
    if (to.steps !== undefined) steps.value = to.steps;
  });
  const cells = (of: (result: Result) => number) =>
    NAMES.map((name) => {
      const result = all[name];
      return <td key={name}>{result ? twoDecimals(of(result)) : '–'}</td>;
    });
  return (
    <div class="learn-scroll">
      <table class="learn-few-table">
        <caption>
          How far the steps end from the fine path of {FINE} steps, as a mean over all points; the plane is {2 * REACH}{' '}
          wide. Bend: the length of the fine path over that of a straight line
        </caption>
        <thead>
          <tr>
            <th scope="col">Steps</th>
            {NAMES.map((name) => (
              <th key={name} scope="col">
                {TITLES[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {STEPS.map((count) => (
            <tr key={count} aria-current={count === steps.value ? 'true' : undefined}>
              <th scope="row">{count}</th>
              {cells(({ missed }) => missed.get(count)!)}
            </tr>
          ))}
          <tr>
            <th scope="row">Bend</th>
            {cells(({ bend }) => bend)}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
