/** The buttons, and how far the training is. */
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Icon } from '../../components/icon.tsx';
import { usePassFocus } from '../../components/pass-focus.ts';
import { download, forget, goOn, leaveFile, pause, reset, start } from './actions.ts';
import { UploadButtons } from './source.tsx';
import { busy, earlier, info, kept, lack, note, phase, progress, reading, trouble, waiting } from './state.ts';
import { stepsOf, waitingWords } from './words.ts';

export function Controls(): JSX.Element {
  const opened = info.value !== null;
  const held = busy.value || waiting.value !== null;
  const stepped = (progress.value?.step ?? 0) > 0;
  return (
    <Card title="Training">
      <div class="grid gap-14">
        {waiting.value ? <WaitingFile /> : earlier.value && <Earlier {...earlier.value} />}
        <div class="train-buttons">
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
        {trouble.value && (
          <p class="trouble train-trouble" role="alert">
            <Icon name="alert" />
            {trouble.value}
          </p>
        )}
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

function MainButton(): JSX.Element {
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

function WaitingFile(): JSX.Element {
  const panel = useRef<HTMLDivElement>(null);
  usePassFocus(panel);
  return (
    <div class="train-earlier grid gap-8" ref={panel}>
      <p>{waiting.value && waitingWords(waiting.value.file)}</p>
      <div class="train-buttons">
        <Button disabled={busy.value} onClick={leaveFile}>
          Put the file aside
        </Button>
      </div>
    </div>
  );
}

function Earlier({ name, step }: { name: string; step: number }): JSX.Element {
  const panel = useRef<HTMLDivElement>(null);
  usePassFocus(panel);
  return (
    <div class="train-earlier grid gap-8" ref={panel}>
      <p>
        This browser keeps a training of {name}, after {stepsOf(step)}.
      </p>
      <div class="train-buttons">
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

function Figures(): JSX.Element {
  const now = progress.value;
  const rate = now?.stepsPerSecond ?? 0;
  const figures: [string, string][] = [
    ['Steps', now ? now.step.toLocaleString('en') : '0'],
    ['Loss', now && Number.isFinite(now.loss) ? now.loss.toPrecision(3) : '–'],
    ['Steps a second', rate > 0 ? rate.toPrecision(rate < 10 ? 2 : 3) : '–'],
    ['Trained for', now ? clock(now.seconds) : '0:00'],
  ];
  return (
    <dl class="train-figures" data-kept={kept.value ?? undefined}>
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
