/** The parts that chapters are made of: the thing to do, the sentence to take away, and the lecturer's notes. */
import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { usePassFocus } from '../../components/pass-focus.ts';

export interface TaskProps {
  /** True once the visitor has done it. */
  done?: boolean | undefined;
  /** Name of its region, where a chapter has a second one. */
  label?: string | undefined;
  children: ComponentChildren;
}

/** The one thing to do. */
export function Task({ done = false, label = 'Try it', children }: TaskProps): JSX.Element {
  return (
    <section class={done ? 'learn-task learn-task-done' : 'learn-task'} aria-label={label}>
      <Icon name={done ? 'check' : 'next'} />
      <p>
        <strong>{done ? 'Done. ' : 'Try it. '}</strong>
        {children}
      </p>
    </section>
  );
}

export interface TroubleProps {
  words: string;
  /** undefined: something else of the page tries again. */
  onRetry: (() => void) | undefined;
}

/** What went wrong, and a way to try again. */
export function Trouble({ words, onRetry }: TroubleProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  usePassFocus(box);
  return (
    <div class="trouble learn-trouble row gap-8" role="alert" ref={box}>
      <Icon name="alert" />
      <p>{words}</p>
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function TakeAway({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <section class="learn-take" aria-label="Take away">
      <p class="learn-kicker muted small">Take away</p>
      <p>{children}</p>
    </section>
  );
}

export interface Note {
  /** To ask the class. */
  question: string;
  answer: ComponentChildren;
}

/** Questions to the class, with their answers folded away. */
export function Notes({ notes }: { notes: readonly Note[] }): JSX.Element {
  return (
    <section class="learn-notes grid gap-4" aria-labelledby="learn-notes">
      <h2 id="learn-notes">Questions to the class</h2>
      {notes.map(({ question, answer }) => (
        <details key={question}>
          <summary>{question}</summary>
          <div>{answer}</div>
        </details>
      ))}
    </section>
  );
}
