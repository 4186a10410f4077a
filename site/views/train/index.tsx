/** Train: a network learns to draw, in this tab, from digits or from the visitor's own pictures. */
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { NextStep } from '../../components/next-step.tsx';
import { formatRoute } from '../../state/router.ts';
import { current } from '../../state/store.ts';
import { openPart } from '../../sw/register.ts';
import { lookForEarlier } from './actions.ts';
import { Controls } from './controls.tsx';
import { Loss } from './loss-chart.tsx';
import { Source } from './source.tsx';
import { info, question, samples, waiting } from './state.ts';
import './train.css';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { sizeOf } from '../../state/pixels.ts';
import { SHIPPED } from './pictures.ts';
import { stepsOf } from './words.ts';

export default function TrainView(): JSX.Element {
  useEffect(() => {
    openPart('train'); // without a network it trains, too
    void lookForEarlier();
  }, []);
  return (
    <div class="train grid gap-24">
      <header class="grid gap-8">
        <h1>Train your own</h1>
        <p class="lede">
          A small network learns to draw in this tab. It sees pictures with noise added, guesses the noise, and its
          weights move a little so that the guess gets better. After a minute or two it draws.
        </p>
        <NotHere />
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

/** A chosen model that no tab can train. */
function NotHere(): JSX.Element | null {
  const { title, latents } = current.value;
  if (!latents) return null;
  return (
    <p class="field-hint">
      {title}, the chosen model, cannot be trained in a tab: it paints latents, so an autoencoder has to learn first,
      and then a network its latents. Both take an hour with Node. Here a network learns to paint pixels.
    </p>
  );
}

/** Asks before a training of worth is lost. */
function answer(agreed: boolean): void {
  const asked = question.peek();
  question.value = null;
  asked?.answer(agreed);
}

const refuse = () => answer(false);

function QuestionDialog(): JSX.Element {
  useEffect(() => refuse, []); // whoever leaves the view agrees to nothing
  return (
    <Dialog open={question.value !== null} title={question.value?.title ?? ''} onClose={refuse}>
      <div class="grid gap-14">
        <p>{question.value?.text}</p>
        <div class="train-buttons">
          <Button kind="primary" onClick={() => answer(true)}>
            {question.value?.yes}
          </Button>
          <Button onClick={refuse}>{question.value?.no}</Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Before the first pictures. */
const GRAY = 128;

function Samples(): JSX.Element {
  const shown = samples.value;
  const names = info.value?.classNames;
  const shape = info.value?.shape ?? SHIPPED;
  const empty = useMemo(() => new Uint8ClampedArray(sizeOf(shape)).fill(GRAY), [shape]);
  const pictures = shown?.pictures ?? new Array<Uint8ClampedArray>(10).fill(empty);
  const word = (i: number) => (names ? `a ${names[i % names.length]}` : `picture ${i + 1}`);
  return (
    <Card title="What it draws" aside={shown && <span class="field-aside number">after {stepsOf(shown.step)}</span>}>
      <ul class="train-samples">
        {pictures.map((picture, i) => (
          <li key={i}>
            <PictureCanvas
              pixels={picture}
              shape={shape}
              label={shown ? `${word(i)}, as it draws it now` : 'not drawn yet'}
            />
          </li>
        ))}
      </ul>
      <p class="field-hint">
        Every few seconds, from the same noise each time{names ? `: ${names.join(', ')}` : ''}. At first it draws noise.
      </p>
    </Card>
  );
}
