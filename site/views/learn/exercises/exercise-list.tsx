/** The exercises at the end of a chapter: typed, chosen or read from the chapter's figure, to which they lead and back. */
import { signal } from '@preact/signals';
import { useEffect, useId, useState } from 'preact/hooks';
import { Button, Icon } from '../../../components/button.tsx';
import { Field } from '../../../components/field.tsx';

import { toast } from '../../../components/toast.tsx';
import { announce, route } from '../../../state/store.ts';
import { findChapter } from '../chapters.ts';
import { asked, readings, want } from '../readings.ts';
import { type Exercise, numberOf, say } from './exercise.ts';
import { answer, EXERCISES, exercisesOf, kept, right } from './table.ts';

import './exercises.css';

/** Whose figure is looked at. */
const looking = signal<Exercise | null>(null);

const idOf = ({ id }: Exercise): string => `exercise-${id}`;

export default function ExerciseList() {
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
      <GoBack />
    </section>
  );
}

function One({ exercise, number }: { exercise: Exercise; number: number }) {
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

/** A fault, or that it is right; null: not checked since it was changed. */
type Verdict = { fault: string | undefined } | null;

function AnswerForm({ exercise, onLook }: { exercise: Exercise; onLook: (() => void) | undefined }) {
  const { fields = [], options, read, shown } = exercise;
  const before = kept.value.answers.get(exercise.id);
  const [texts, setTexts] = useState<readonly string[]>(() => fields.map((_, i) => (before ? say(before[i]!, 6) : '')));
  const [place, setPlace] = useState(options && before ? before[0]! : -1);
  const [verdict, setVerdict] = useState<Verdict>(null);
  const name = useId();
  const tell = (fault: string | undefined) => {
    setVerdict({ fault });
    announce(fault ?? 'That is right.');
  };
  const check = () => {
    const typed = texts.map(numberOf);
    const missing = fields.findIndex((_, i) => typed[i] === undefined);
    if (missing >= 0) {
      const text = texts[missing]!.trim();
      return tell(
        text === ''
          ? `${fields[missing]} is still empty: type a number.`
          : `“${text.slice(0, 20)}” is no number. Write it as 0.31 or −1/3.`,
      );
    }
    const seen = read?.(readings.peek()) ?? [];
    if (typeof seen === 'string') return tell(seen);
    if (!seen.every(Number.isFinite)) return tell('The figure shows no number yet. Wait until it has one.');
    tell(answer(exercise, [...(options ? [place] : (typed as number[])), ...seen]));
  };
  return (
    <form
      class="learn-answer grid gap-12"
      onSubmit={(event) => {
        event.preventDefault();
        check();
      }}
    >
      {fields.length > 0 && (
        <div class="learn-answer-fields row gap-12">
          {fields.map((label, i) => (
            <Field key={label} label={label}>
              {(ids) => (
                <input
                  {...ids}
                  class="input"
                  inputMode="text"
                  autoComplete="off"
                  spellcheck={false}
                  value={texts[i]}
                  onInput={({ currentTarget: { value } }) => {
                    setTexts(texts.map((text, n) => (n === i ? value : text)));
                    setVerdict(null);
                  }}
                />
              )}
            </Field>
          ))}
        </div>
      )}
      {options && (
        <fieldset class="grid gap-4">
          <legend class="hidden">{exercise.title}</legend>
          {options.map((option, i) => (
            <label key={option} class="learn-option gap-10">
              <input
                type="radio"
                name={name}
                checked={place === i}
                onChange={() => {
                  setPlace(i);
                  setVerdict(null);
                }}
              />
              <span>{option}</span>
            </label>
          ))}
        </fieldset>
      )}
      {read && shown && <Shown read={read} shown={shown} />}
      <div class="row gap-8">
        <Button type="submit" icon="check">
          Is that right?
        </Button>
        {onLook && (
          <Button kind="quiet" icon="first" class="learn-answer-look" onClick={onLook}>
            Go to the figure
          </Button>
        )}
      </div>
      {verdict && (
        <p class={verdict.fault ? 'learn-answer-wrong' : 'learn-answer-right'}>
          {verdict.fault ? (
            <>
              <strong>Not yet.</strong> {verdict.fault}
            </>
          ) : (
            <strong>That is right.</strong>
          )}
        </p>
      )}
    </form>
  );
}

/** What the figure shows now: it changes while the figure is moved. */
function Shown({ read, shown }: { read: NonNullable<Exercise['read']>; shown: NonNullable<Exercise['shown']> }) {
  const now = read(readings.value);
  return <p class="learn-answer-now field-hint">{typeof now === 'string' ? now : `Now: ${shown(now)}.`}</p>;
}

/** Figures stand above their exercise, often more than a screen away. */
function goTo(exercise: Exercise): void {
  const figure = document.querySelector(exercise.figure!);
  if (!figure) {
    toast('The figure is not there yet. Wait until the chapter has loaded, or see above what it lacks.', 'error');
    return;
  }
  looking.value = exercise;
  figure.scrollIntoView({ block: 'center' });
  figure.querySelector<HTMLElement>('input, button, a[href]')?.focus({ preventScroll: true });
}

/** The task, in short, and the way back; as long as the figure is looked at. */
function GoBack() {
  const exercise = looking.value;
  if (!exercise) return null;
  const { title, read, shown } = exercise;
  const back = () => {
    looking.value = null;
    const card = document.getElementById(idOf(exercise));
    card?.scrollIntoView({ block: 'center' });
    card?.focus({ preventScroll: true });
  };
  return (
    <aside class="learn-looking row gap-12" aria-label="Exercise">
      <div>
        <strong>{title}</strong>
        {read && shown && <Shown read={read} shown={shown} />}
      </div>
      <Button icon="back" onClick={back}>
        Back to the exercise
      </Button>
    </aside>
  );
}
