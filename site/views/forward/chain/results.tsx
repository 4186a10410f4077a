/** The results of the runs, beside what the closed form promises. */
import type { Schedule } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { duration, grouped, readable } from '../state/numbers.ts';
import { valuesAt } from '../state/schedules.ts';
import { expectedMoments, operations } from './compute.ts';
import type { Outcome } from './run.ts';
import { chanceBetween, moments } from './statistics.ts';

export interface ResultsProps {
  outcome: Outcome | null;
  schedule: Schedule;
  x0: Float32Array;
  /** 0 to T */
  t: number;
}

export function Results({ outcome, schedule, x0, t }: ResultsProps): JSX.Element {
  const expected = expectedMoments(schedule, x0, t);
  const sigma = valuesAt(schedule, t).noise;
  const [chainWork, jumpWork] = [operations(x0.length, t), operations(x0.length, Math.min(t, 1))];
  const chain = outcome && { ...outcome.chain, noise: moments(outcome.chain.noise) };
  const jump = outcome && { ...outcome.jump, noise: moments(outcome.jump.noise) };
  const time = (value: number | undefined) => (value === undefined ? '–' : duration(value));
  const number = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(3).replace('-', '\u2212'));
  const rows: [name: string, chain: string, jump: string, promise: string][] = [
    ['Random numbers drawn', grouped(chainWork.randoms), grouped(jumpWork.randoms), ''],
    ['Multiplications and additions', grouped(chainWork.arithmetic), grouped(jumpWork.arithmetic), ''],
    ['Time, last run', time(chain?.milliseconds), time(jump?.milliseconds), ''],
    ['Mean of xₜ, last run', number(chain?.whole.mean), number(jump?.whole.mean), number(expected.mean)],
    [
      'Standard deviation of xₜ',
      number(chain?.whole.deviation),
      number(jump?.whole.deviation),
      number(expected.deviation),
    ],
    [
      'Standard deviation of its noise, all runs',
      number(chain?.noise.deviation),
      number(jump?.noise.deviation),
      number(sigma),
    ],
  ];
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a narrow screen */}
      <section class="forward-scroll" tabIndex={0} aria-label="Chain and jump in numbers">
        <table class="forward-table">
          <thead>
            <tr>
              <td />
              <th scope="col">chain</th>
              <th scope="col">one jump</th>
              <th scope="col">promised</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {cells.map((cell, i) => (
                  <td key={i}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {outcome && chain && jump && (
        <p class="forward-remark">
          {verdict(chain.noise.deviation - jump.noise.deviation, chanceBetween(sigma, outcome.chain.noise.count))}{' '}
          {jump.milliseconds > 0 && faster(chain.milliseconds / jump.milliseconds, t)}
        </p>
      )}
    </>
  );
}

function verdict(difference: number, chance: number): string {
  return `The two standard deviations of the noise differ by ${readable(Math.abs(difference), 2)}; by chance alone they would by about ${readable(chance, 2)}.`;
}

function faster(times: number, steps: number): string {
  const measured = times >= 10 ? grouped(times) : times.toFixed(1);
  const work = steps === 1 ? 'both do the work of one step' : `it does the work of one step instead of ${steps}`;
  return `As measured, the jump was ${measured} times as fast; ${work}.`;
}
