/** Train: a network learns to draw, in this tab, from digits or from the visitor's own pictures. */
import { computed } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Card, NextStep, Trouble } from '../../components/card.tsx';
import { usePassFocus } from '../../components/pass-focus.ts';
import { formatRoute } from '../../state/router.ts';
import { current } from '../../state/store.ts';
import { openPart } from '../../sw/register.ts';
import { download, forget, goOn, leaveFile, lookForEarlier, pause, reset, start } from './actions.ts';
import { SHIPPED, stepsOf, waitingWords } from './pictures.ts';
import { Source, UploadButtons } from './source.tsx';
import {
  busy,
  curve,
  earlier,
  info,
  kept,
  lack,
  note,
  phase,
  progress,
  question,
  reading,
  samples,
  trouble,
  waiting,
} from './state.ts';
import './train.css';
import { Chart, roundAbove } from '../../components/chart.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { sizeOf } from '../../state/picture.ts';

/** The buttons, and how far the training is. */

function Controls() {
  const opened = info.value !== null;
  const held = busy.value || waiting.value !== null;
  const stepped = (progress.value?.step ?? 0) > 0;
  return (
    <Card title="Training">
      <div class="grid gap-14">
        {waiting.value ? <WaitingFile /> : earlier.value && <Earlier {...earlier.value} />}
        <div class="train-buttons gap-8">
          <MainButton />
          <Button icon="retry" disabled={!opened || held} onClick={reset}>
            Start over
          </Button>
          <Button icon="download" disabled={!stepped || held} onClick={download}>
            Download
          </Button>
          <UploadButtons locked={busy.value} />
        </div>
        {missing.value && (
          <p class="field-hint" id={WHY}>
            {missing.value}
          </p>
        )}
        <Trouble words={trouble.value} />
        {note.value && (
          <p class="field-hint" role="status">
            {note.value}
          </p>
        )}
        <Figures />
      </div>
    </Card>
  );
}

const WHY = 'train-why';

/** Why the main button is off, where it is. */
const missing = computed(() => {
  if (busy.value || (info.value !== null && waiting.value === null)) return null;
  if (reading.value !== null) return 'The pictures are being read.';
  return lack.value;
});

function MainButton() {
  switch (phase.value) {
    case 'training':
      return (
        <Button kind="primary" icon="pause" onClick={pause}>
          Pause
        </Button>
      );
    case 'opening':
    case 'pausing':
      return (
        // Not `disabled`: it is there that the focus returns to from the question before.
        <Button kind="primary" aria-disabled="true">
          {phase.value === 'opening' ? 'Getting ready' : 'Pausing'}
        </Button>
      );
    default:
      return (
        <Button
          kind="primary"
          icon="play"
          disabled={missing.value !== null}
          aria-describedby={missing.value === null ? undefined : WHY}
          onClick={start}
        >
          {phase.value === 'paused' || waiting.value ? 'Go on' : 'Start'}
        </Button>
      );
  }
}

function WaitingFile() {
  const panel = useRef<HTMLDivElement>(null);
  usePassFocus(panel);
  return (
    <div class="train-earlier grid gap-8" ref={panel}>
      <p>{waiting.value && waitingWords(waiting.value.file)}</p>
      <div class="train-buttons gap-8">
        <Button disabled={busy.value} onClick={leaveFile}>
          Put the file aside
        </Button>
      </div>
    </div>
  );
}

function Earlier({ name, step }: { name: string; step: number }) {
  const panel = useRef<HTMLDivElement>(null);
  usePassFocus(panel);
  return (
    <div class="train-earlier grid gap-8" ref={panel}>
      <p>
        This browser keeps a training of {name}, after {stepsOf(step)}.
      </p>
      <div class="train-buttons gap-8">
        <Button icon="play" disabled={busy.value} onClick={goOn}>
          Go on with it
        </Button>
        <Button kind="quiet" disabled={busy.value} onClick={forget}>
          Forget it
        </Button>
      </div>
    </div>
  );
}

function Figures() {
  const now = progress.value;
  const rate = now?.stepsPerSecond ?? 0;
  const figures: [string, string][] = [
    ['Steps', now ? now.step.toLocaleString('en') : '0'],
    ['Loss', now && Number.isFinite(now.loss) ? now.loss.toPrecision(3) : '–'],
    ['Steps a second', rate > 0 ? rate.toPrecision(rate < 10 ? 2 : 3) : '–'],
    ['Trained for', now ? clock(now.seconds) : '0:00'],
  ];
  return (
    <dl class="train-figures grid gap-12" data-kept={kept.value ?? undefined}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

export default function TrainView() {
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
      <div class="train-columns grid gap-20">
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
function NotHere() {
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

function QuestionDialog() {
  useEffect(() => refuse, []); // whoever leaves the view agrees to nothing
  return (
    <Dialog open={question.value !== null} title={question.value?.title ?? ''} onClose={refuse}>
      <div class="grid gap-14">
        <p>{question.value?.text}</p>
        <div class="train-buttons gap-8">
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

function Samples() {
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

/** The loss over the steps, as it falls: one line, drawn anew with each point. Nothing before a training is open. */
function Loss() {
  if (!info.value) return null;
  const { weights, batch, reason } = info.value;
  return (
    <Card title="Loss">
      <LossChart />
      <p class="field-hint">
        A network of {weights.toLocaleString('en')} weights, {batch} pictures a step. {reason}
      </p>
    </Card>
  );
}

function LossChart() {
  const { points, each, first } = curve.value;
  const highest = roundAbove(Math.max(...points, 0.1));
  const last = first + each * points.length;
  const words = points.length === 0 ? 'no steps yet' : `from ${words3(points[0]!)} to ${words3(points.at(-1)!)}`;
  return (
    <figure class="train-chart grid gap-4">
      <div class="train-chart-box">
        <span class="train-chart-top muted fine number">{highest}</span>
        <Chart
          label={`Loss: ${words}`}
          size={[600, 200]}
          x={{ from: -0.5, to: Math.max(points.length, 2) - 0.5 }}
          y={{ from: 0, to: highest }}
          stretch
        >
          {({ line }) => (
            <>
              <path class="chart-grid" d="M0 50H600M0 100H600M0 150H600" />
              <path class="chart-line" d={line(points.map((loss, i) => [i, loss]))} />
            </>
          )}
        </Chart>
      </div>
      <figcaption class="train-chart-foot fine between number">
        <span>{first}</span>
        <span class="muted">{each > 1 ? `steps, the mean of ${each} each` : 'steps'}</span>
        <span>{last}</span>
      </figcaption>
    </figure>
  );
}

const words3 = (loss: number) => loss.toPrecision(3);
