/** All exercises for the teacher: with links that set the figures, and solutions behind a switch. To print, too. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { NumberField } from '../../../components/field.tsx';
import { formatRoute } from '../../../state/router.ts';
import { go, route } from '../../../state/store.ts';
import { CHAPTERS } from '../chapters.ts';
import { SEEDS } from './rules/draw.ts';
import './exercises.css';
import './exercise-pages.css';
import { kept } from './exercise-state.ts';
import { Questions } from './questions.tsx';
import type { Exercise } from './rules/exercise.ts';
import { EXERCISES, exercisesOf } from './table.ts';

export default function ExerciseSheet(): JSX.Element {
  const { query } = route.value;
  const asked = Number(query.get('seed'));
  const [seed, setSeed] = useState(Number.isInteger(asked) && asked >= 1 && asked <= SEEDS ? asked : kept.peek().seed);
  const solutions = query.get('solutions') === '1';
  const show = (to: { seed: number; solutions: boolean }) => {
    setSeed(to.seed);
    go('learn', { seed: to.seed, solutions: to.solutions ? 1 : null }, { part: 'sheet', replace: true });
  };
  return (
    <article class="learn-page learn-teacher grid slim gap-24">
      <p class="learn-unprinted">
        <a href={formatRoute('learn')}>All chapters</a> ·{' '}
        <a href={formatRoute('learn', {}, 'hand-in')}>Links of a class</a>
      </p>
      <header class="grid gap-8">
        <h1>Exercises{solutions && ', with solutions'}</h1>
        <p class="lede">
          {EXERCISES.length} exercises, three a chapter. They check themselves on the page, with numbers of each
          student’s own. The numbers here are those of the seed <span class="number">{seed}</span>.
        </p>
      </header>
      <section class="card learn-unprinted grid gap-14" aria-label="The sheet">
        <NumberField
          label="Seed of the numbers"
          hint="A student’s stands above the exercises, and in the link to hand in."
          value={seed}
          min={1}
          max={SEEDS}
          onChange={(to) => show({ seed: to, solutions })}
        />
        <label class="learn-option">
          <input
            type="checkbox"
            checked={solutions}
            onChange={({ currentTarget }) => show({ seed, solutions: currentTarget.checked })}
          />
          <span>Show solutions</span>
        </label>
        <div class="row gap-8">
          <Button onClick={() => print()}>Print</Button>
        </div>
      </section>
      <Questions solutions={solutions} />
      {CHAPTERS.map(({ id, title }, i) => (
        <section key={id} class="learn-sheet-chapter grid gap-12">
          <h2>
            {i + 1}. {title}
          </h2>
          <ol class="grid gap-14">
            {exercisesOf(id).map((exercise, n) => (
              <li key={exercise.id}>
                <One exercise={exercise} number={`${i + 1}.${n + 1}`} seed={seed} solutions={solutions} />
              </li>
            ))}
          </ol>
        </section>
      ))}
    </article>
  );
}

interface OneProps {
  exercise: Exercise;
  /** `3.2` */
  number: string;
  seed: number;
  solutions: boolean;
}

function One({ exercise, number, seed, solutions }: OneProps): JSX.Element {
  const { id, chapter, title, options, fields = [] } = exercise;
  const link = formatRoute('learn', { exercise: id }, chapter);
  return (
    <article class="learn-sheet-one grid gap-4" aria-label={title}>
      <h3>
        {number} {title}
      </h3>
      <p>{exercise.task(seed)}</p>
      {options && (
        <ul class="learn-sheet-options">
          {options.map((option) => (
            <li key={option}>{option}</li>
          ))}
        </ul>
      )}
      {solutions ? (
        <p class="learn-solution">
          <strong>Solution.</strong> {exercise.solution(seed)}
        </p>
      ) : (
        <p class="learn-sheet-line" aria-hidden="true">
          {fields.length > 0
            ? fields.map((label) => `${label} = ____________`).join('   ')
            : '____________________________'}
        </p>
      )}
      <p class="learn-sheet-link">
        <a href={link}>Open it{exercise.figure && ', with its figure set'}</a>
        <span class="learn-printed" translate={false}>
          {new URL(link, location.href).href.replace(/^https?:\/\//, '')}
        </span>
      </p>
    </article>
  );
}
