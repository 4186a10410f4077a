/** What a newcomer should be able to say after half an hour, and what an answer is worth. docs/teaching has the same. */
import type { JSX } from 'preact';

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
export function Questions({ solutions }: { solutions: boolean }): JSX.Element {
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
