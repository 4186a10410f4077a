/** The exercises at the end of a chapter, and the link to hand them in. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../../../components/icon.tsx';
import { toast } from '../../../components/toast.tsx';
import { route } from '../../../state/store.ts';
import { findChapter } from '../chapters.ts';
import { asked, want } from '../readings.ts';
import { AnswerForm } from './answer-form.tsx';
import type { Exercise } from './rules/exercise.ts';
import './exercises.css';
import { kept, right } from './exercise-state.ts';
import { GoBack, goTo, idOf, looking } from './look.tsx';
import { EXERCISES, exercisesOf } from './table.ts';
import { HandIn } from './to-hand-in.tsx';

export default function ExerciseList(): JSX.Element | null {
  const { part } = route.value;
  const wanted = asked.value;
  const chapter = findChapter(part)?.id;
  const all = chapter ? exercisesOf(chapter) : [];
  useEffect(() => {
    if (wanted === null) return;
    asked.value = null;
    const one = all.find(({ id }) => id === wanted);
    if (!one)
      return toast(`The link asks for exercise=${wanted.slice(0, 20)}, which this chapter does not have.`, 'error');
    want(one.start(kept.peek().seed) ?? null);
    document.getElementById(idOf(one))?.scrollIntoView();
  }, [wanted]);
  useEffect(
    () => () => {
      want(null);
      asked.value = null;
      looking.value = null;
    },
    [],
  );
  const { seed } = kept.value;
  return (
    <section class="learn-exercises grid gap-16" aria-labelledby="learn-exercises">
      <header class="grid gap-4">
        <h2 id="learn-exercises">Exercises</h2>
        <p class="muted small">
          Your numbers are drawn from the seed <span class="number">{seed}</span>: a neighbour has others.{' '}
          {right.value.size} of {EXERCISES.length} are done in all chapters.
        </p>
      </header>
      <ol class="grid gap-12">
        {all.map((exercise, i) => (
          <li key={`${exercise.id} ${seed}`}>
            <One exercise={exercise} number={i + 1} />
          </li>
        ))}
      </ol>
      <HandIn />
      <GoBack />
    </section>
  );
}

function One({ exercise, number }: { exercise: Exercise; number: number }): JSX.Element {
  const { title } = exercise;
  const { seed } = kept.value;
  const done = right.value.has(exercise.id);
  const id = idOf(exercise);
  return (
    <article class="card learn-exercise grid gap-12" id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <h3 class="row gap-8" id={`${id}-title`}>
        <span class={done ? 'learn-mark muted fine learn-mark-done' : 'learn-mark muted fine'}>
          {done ? <Icon name="check" /> : number}
          {done && <span class="hidden">done: </span>}
        </span>
        {title}
      </h3>
      <p>{exercise.task(seed)}</p>
      <AnswerForm
        exercise={exercise}
        onLook={
          exercise.figure === undefined
            ? undefined
            : () => {
                want(exercise.start(seed) ?? null);
                goTo(exercise);
              }
        }
      />
      <details class="learn-how">
        <summary>Hint</summary>
        <p>{exercise.hint(seed)}</p>
      </details>
      {done && (
        <details class="learn-how">
          <summary>How it comes out</summary>
          <p>{exercise.solution(seed)}</p>
        </details>
      )}
    </article>
  );
}
