/** Where an answer is given: typed numbers, a choice, or what the chapter's figure shows now. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Field } from '../../../components/field.tsx';
import { announce } from '../../../state/store.ts';
import { readings } from '../readings.ts';
import { answer, kept } from './exercise-state.ts';
import { type Exercise, numberOf, say } from './rules/exercise.ts';

/** A fault, or that it is right; null: not checked since it was changed. */
type Verdict = { fault: string | undefined } | null;

export function AnswerForm({
  exercise,
  onLook,
}: {
  exercise: Exercise;
  onLook: (() => void) | undefined;
}): JSX.Element {
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
            <label key={option} class="learn-option">
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
export function Shown({ read, shown }: { read: NonNullable<Exercise['read']>; shown: NonNullable<Exercise['shown']> }) {
  const now = read(readings.value);
  return <p class="learn-answer-now field-hint">{typeof now === 'string' ? now : `Now: ${shown(now)}.`}</p>;
}
