/** Teacher and student of the plane, from the same noise: where all points end. */
import type { JSX } from 'preact';
import { Segmented } from '../../../../components/segmented.tsx';
import { distance } from './measures.ts';
import { twoDecimals } from './numbers.tsx';
import { Plane } from './plane.tsx';
import { noise, points, type Result, results, student } from './state.ts';

/** Of the student; the teacher makes as many, and the most. */
export const CALLS = ['4', '2', '1'] as const;
const MANY = 50;

export const calledWords = (calls: number): string => (calls === 1 ? '1 call' : `${calls} calls`);

export function PlanePair(): JSX.Element {
  const calls = Number(CALLS.find((one) => one === student.value) ?? CALLS[0]);
  const { flow: teacher, student: pupil } = results.value;
  const goal = teacher?.few.get(MANY)?.at(-1);
  const drawings = [
    { title: 'The noise', words: 'the same for all', cloud: noise },
    { title: 'Teacher', words: `in ${calledWords(MANY)}`, cloud: goal },
    { title: 'Teacher', ...endsOf(teacher, calls, goal) },
    { title: 'Student', ...endsOf(pupil, calls, goal) },
  ];
  return (
    <>
      <p>
        No student of pictures comes with this page yet. So these are the plane’s own: flow matching, and its student.
        {!pupil && ' They learn above.'}
      </p>
      <Segmented
        label="Calls of the student"
        value={String(calls)}
        options={CALLS.map((value) => ({ value, label: value }))}
        onChange={(value) => {
          student.value = value;
        }}
      />
      <div class="learn-few-planes learn-few-four">
        {drawings.map(({ title, words, cloud }, i) => (
          <Plane
            key={i}
            title={title}
            words={words}
            label={`${title}, ${words}: ${cloud ? `${noise.length / 2} points` : 'nothing yet'}`}
            data={points.value}
            cloud={cloud}
          />
        ))}
      </div>
    </>
  );
}

/** @param goal where the teacher takes the points in many calls */
function endsOf(result: Result | undefined, calls: number, goal: Float32Array | undefined) {
  const cloud = result?.few.get(calls)?.at(-1);
  const off = cloud && goal ? `, ${twoDecimals(distance(cloud, goal))} off` : '';
  return { words: `in ${calledWords(calls)}${off}`, cloud };
}
