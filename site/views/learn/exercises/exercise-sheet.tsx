/** All exercises for the teacher: with links that set the figures, and solutions behind a switch. To print, too. */
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { NumberField } from '../../../components/field.tsx';
import { formatRoute } from '../../../state/router.ts';
import { go, route } from '../../../state/store.ts';
import { CHAPTERS } from '../chapters.ts';
import './exercises.css';
import { type Exercise, SEEDS } from './exercise.ts';
import { EXERCISES, exercisesOf, kept } from './table.ts';

/** What a newcomer should be able to say after half an hour, and what an answer is worth. docs/teaching has the same. */

interface Question {
  question: string;
  /** An answer in a student's words for no point, one, and two. */
  worth: readonly [none: string, one: string, two: string];
}

export const QUESTIONS: readonly Question[] = [
  {
    question: 'What does the network predict?',
    worth: [
      '“The picture”, “the next step”',
      '“The noise”',
      'The noise in this one noisy picture, told t; what is left is its guess of the picture, a mean of all that it may have been',
    ],
  },
  {
    question: 'Why is noise added again while sampling?',
    worth: [
      '“To make it random”, “because the process does”',
      '“Otherwise it gets too smooth”, “so that pictures differ”',
      'A step to the mean has less noise than the network has seen in training at that t. Fresh noise brings it back; the last step adds none',
    ],
  },
  {
    question: 'What does a schedule do?',
    worth: [
      '“It says how many steps”, “the learning rate”',
      '“It says how much noise comes at each step”',
      'It fixes β at each t before anything is learnt; so ᾱ, which says how much of the picture is left, is known, and any t is one jump',
    ],
  },
];

/** @param solutions with the points of an answer in place of lines to write on */
function Questions({ solutions }: { solutions: boolean }) {
  return (
    <section class="learn-sheet-chapter grid gap-12">
      <h2>Three questions, before the lecture and after it</h2>
      <p>In your own words: any are welcome. Two points each.</p>
      <ol class="grid gap-14">
        {QUESTIONS.map(({ question, worth }) => (
          <li key={question}>
            <div class="learn-sheet-question grid gap-4">
              <h3>{question}</h3>
              {solutions ? (
                <ul>
                  {worth.map((words, points) => (
                    <li key={words}>
                      <strong>{points}</strong>: {words}
                    </li>
                  ))}
                </ul>
              ) : (
                [0, 1, 2].map((line) => (
                  <p key={line} class="learn-sheet-line" aria-hidden="true">
                    {'_'.repeat(60)}
                  </p>
                ))
              )}
            </div>
          </li>
        ))}
      </ol>
      {solutions && <p class="field-hint">Four of six points is the goal.</p>}
    </section>
  );
}

export default function ExerciseSheet() {
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
        <a href={formatRoute('learn')}>All chapters</a>
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
          hint="A student’s stands above the exercises."
          value={seed}
          min={1}
          max={SEEDS}
          onChange={(to) => show({ seed: to, solutions })}
        />
        <label class="learn-option gap-10">
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

function One({ exercise, number, seed, solutions }: OneProps) {
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
      <p class="learn-sheet-link small">
        <a href={link}>Open it{exercise.figure && ', with its figure set'}</a>
        <span class="learn-printed" translate={false}>
          {new URL(link, location.href).href.replace(/^https?:\/\//, '')}
        </span>
      </p>
    </article>
  );
}
