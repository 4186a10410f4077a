/** What was handed in: one link, as a teacher or its owner opens it, or the links of a class. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Icon } from '../../../components/icon.tsx';
import { toast } from '../../../components/toast.tsx';
import { formatRoute } from '../../../state/router.ts';
import { go, route } from '../../../state/store.ts';
import { CHAPTERS } from '../chapters.ts';
import { ClassTable } from './class-table.tsx';
import './exercises.css';
import './exercise-pages.css';
import { isEmpty, kept, right, takeOver } from './exercise-state.ts';
import { readWork, rightOf, type Work } from './hand-in.ts';
import { say } from './rules/exercise.ts';
import { EXERCISES, exercisesOf } from './table.ts';

export default function ExerciseHandIn(): JSX.Element {
  const { query } = route.value;
  return (
    <article class="learn-page grid slim gap-24">
      <p>
        <a href={formatRoute('learn')}>All chapters</a> ·{' '}
        <a href={formatRoute('learn', {}, 'sheet')}>The teacher’s sheet</a>
      </p>
      {query.size === 0 ? <ClassTable /> : <OneLink query={query} />}
    </article>
  );
}

function OneLink({ query }: { query: URLSearchParams }): JSX.Element {
  const known = readWork(query);
  if ('fault' in known) {
    return (
      <>
        <h1>Handed in</h1>
        <p class="trouble learn-trouble row gap-8" role="alert">
          <Icon name="alert" />
          {known.fault}
        </p>
        <p>What this browser has done is still there: {right.value.size} exercises.</p>
      </>
    );
  }
  return <Handed work={known.work} left={known.left} />;
}

function Handed({ work, left }: { work: Work; left: number }): JSX.Element {
  const { seed, name, answers } = work;
  const done = rightOf(work);
  const own = kept.value.seed === seed;
  return (
    <>
      <header class="grid gap-8">
        <h1>Handed in{name && `: ${name}`}</h1>
        <p class="lede">
          {done.size} of {EXERCISES.length} exercises are right. Each answer was checked again just now, with the
          numbers of the seed <span class="number">{seed}</span>.
        </p>
        {left > 0 && (
          <p class="learn-answer-wrong">
            {left === 1
              ? '1 answer belongs to no exercise of this page: it may be another version.'
              : `${left} answers belong to no exercise of this page: it may be another version.`}
          </p>
        )}
      </header>
      <GoOn work={work} own={own} />
      {CHAPTERS.map(({ id, title }) => (
        <section key={id} class="grid gap-8">
          <h2>{title}</h2>
          <ul class="learn-handed grid gap-8">
            {exercisesOf(id).map((exercise) => {
              const answer = answers.get(exercise.id);
              const fault = answer && exercise.check(answer, seed);
              return (
                <li key={exercise.id} class="row gap-8">
                  <span class={done.has(exercise.id) ? 'learn-mark learn-mark-done' : 'learn-mark muted'}>
                    {done.has(exercise.id) && <Icon name="check" />}
                  </span>
                  <span>
                    <strong>{exercise.title}</strong>
                    <span class="muted"> {answer ? told(exercise, answer) : 'open'}</span>
                    {fault && <span class="learn-answer-wrong"> Does not hold: {fault}</span>}
                  </span>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </>
  );
}

/** An answer in words. */
function told({ fields = [], options, shown }: (typeof EXERCISES)[number], answer: readonly number[]): string {
  if (options) return options[answer[0]!] ?? 'no answer';
  const typed = fields.map((label, i) => `${label} = ${say(answer[i]!, 4)}`);
  const rest = answer.slice(fields.length);
  return [...typed, ...(shown && rest.length > 0 ? [shown(rest)] : [])].join('; ');
}

function GoOn({ work, own }: { work: Work; own: boolean }): JSX.Element {
  const [sure, setSure] = useState(own || isEmpty());
  if (own && [...rightOf(work)].every((id) => right.value.has(id))) {
    return <p class="muted">This is what this browser has.</p>;
  }
  return (
    <div class="row gap-12">
      <Button
        icon="next"
        onClick={() => {
          if (!sure) return setSure(true);
          takeOver(work);
          toast('This browser goes on from here.');
          go('learn');
        }}
      >
        {sure ? 'Go on with this on this device' : 'Go on with this …'}
      </Button>
      {!own && !isEmpty() && (
        <p class="muted small">
          It takes the place of the {right.value.size} exercises that were done in this browser, with the seed{' '}
          {kept.value.seed}.{sure && ' Press again to do so.'}
        </p>
      )}
    </div>
  );
}
