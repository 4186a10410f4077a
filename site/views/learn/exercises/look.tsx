/** From an exercise to its figure and back: figures stand above, often more than a screen away. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { toast } from '../../../components/toast.tsx';
import { Shown } from './answer-form.tsx';
import type { Exercise } from './rules/exercise.ts';

/** Whose figure is looked at. */
export const looking = signal<Exercise | null>(null);

export const idOf = ({ id }: Exercise): string => `exercise-${id}`;

export function goTo(exercise: Exercise): void {
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
export function GoBack(): JSX.Element | null {
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
