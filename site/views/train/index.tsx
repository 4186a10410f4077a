/** Train: a network learns to draw, in this tab, from digits or from the visitor's own pictures. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { NextStep } from '../../components/next-step.tsx';
import { formatRoute } from '../../state/router.ts';
import { lookForEarlier } from './actions.ts';
import { Controls } from './controls.tsx';
import { Loss } from './loss-chart.tsx';
import { QuestionDialog } from './question-dialog.tsx';
import { Samples } from './samples.tsx';
import { Source } from './source.tsx';
import { info, waiting } from './state.ts';
import './train.css';

export default function TrainView(): JSX.Element {
  useEffect(() => void lookForEarlier(), []);
  return (
    <div class="train grid gap-24">
      <header class="grid gap-8">
        <h1>Train your own</h1>
        <p class="lede">
          A small network learns here, in this tab. At each step it sees a few pictures with noise added, guesses, and
          its weights move a little so that the guess gets better. After a minute or two it draws.
        </p>
      </header>
      <div class="train-columns">
        <Source locked={info.value !== null && waiting.value === null} />
        <Controls />
        <Samples />
        <Loss />
      </div>
      <QuestionDialog />
      <NextStep href={formatRoute('model')} label="Open a model">
        What you download is a model: the page samples it like its own, and so do Node and Python.
      </NextStep>
    </div>
  );
}
