/** Sample: noise becomes pictures, step by step, on the visitor's machine. */
import { useEffect } from 'preact/hooks';
import { NextStep, Notice, Trouble } from '../../components/card.tsx';
import { Later } from '../../components/later.tsx';
import { createLazy } from '../../components/lazy.tsx';
import { ModelBar } from '../../components/model-bar.tsx';
import { stepWords } from '../../components/model-words.ts';

import { noticeOf } from '../../state/phantoms.ts';
import { formatRoute } from '../../state/router.ts';
import { current } from '../../state/store.ts';
import { Controls } from './parts/controls.tsx';
import { GoButton, Invitation } from './parts/go-button.tsx';
import { EnlargedBar, Panels, PredictedX0, XT, Xt } from './parts/panels.tsx';
import { Results } from './parts/results.tsx';
import { FilmBar, LookBar, Readout, Transport } from './parts/transport.tsx';
import { playRecording } from './recorded/play.ts';
import { onKey } from './state/playback.ts';
import { follow } from './state/run.ts';
import './sample.css';
import './first-pictures.css';
import './transport.css';
import './controls.css';
import './widths.css';
import './live/live.css'; // of the first view, which stands before its script
import { ToldCard } from './draw/told-card.tsx';

import { StartCard } from './start/card.tsx';
import { kindOf } from './state/fields.ts';
import { busy, draft, info, live, phase, prediction, trouble } from './state/state.ts';
import { toldSpec } from './state/told-state.ts';

/** Only of models that draw while sliders move. */
const { Show, fetch: fetchPart } = createLazy<'live'>(
  () => () => import('./live/card.tsx').then(({ LiveCard }) => ({ default: LiveCard })),
);

/** Where the page begins with such a model, it is a part of the first view. */
export const before = async (): Promise<void> => {
  if (live.peek()) await fetchPart('live');
};

export default function SampleView() {
  useEffect(follow, []);
  useEffect(playRecording, []);
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div class="sample stack-20" data-phase={phase.value}>
      {live.value ? <LiveIntro calls={live.value.calls} /> : <Intro />}
      <Trouble words={trouble.value} />
      {live.value && (
        <>
          <Show name="live" />
          <header class="row between gap-12">
            <h2>Several at once</h2>
            <FirstButton />
          </header>
        </>
      )}
      <ToldCard />
      <StartCard />
      <section class="card sample-stage grid gap-16" aria-label="The pictures as they form">
        <LookBar />
        <Panels />
        <Notice text={noticeOf(info.value ?? current.value)} />
        <Invitation />
        <EnlargedBar />
        <FilmBar />
        <Readout />
        <Transport />
        <footer class="sample-foot row between">
          <Hint />
          <Results />
        </footer>
      </section>
      <Later>
        <Controls />
      </Later>
      <Later>
        <ModelBar disabled={busy.value} />
        <NextStep href={formatRoute('learn')} label="Learn how it works">
          What happens between the noise and the picture? Nine short chapters, with everything to try.
        </NextStep>
      </Later>
    </div>
  );
}

const Intro = () => (
  <header class="sample-intro between">
    <div>
      <h1>Out of noise, a picture</h1>
      <p class="lede">
        Sampling begins with pure noise, <XT />. At every step a network looks at the noisy <Xt />{' '}
        {stepWords(prediction.value)}{' '}
        <span class="sample-together">
          <PredictedX0 />.
        </span>{' '}
        The sampler then takes <Xt /> a little closer to it.
      </p>
    </div>
    <FirstButton />
  </header>
);

/** A model that draws while sliders move needs no button, and leaves the room to its picture. */
const LiveIntro = ({ calls }: { calls: number }) => (
  <header class="sample-intro between">
    <div>
      <h1>Out of noise, a picture</h1>
      <p class="lede">
        {calls === 1 ? 'One call' : `${calls} calls`} of a network, and noise is a picture. Move a slider: it draws
        again.
      </p>
    </div>
  </header>
);

/** Other starts, and drawings, have it beside them. */
const FirstButton = () => (kindOf(draft.value) === 'noise' && toldSpec.value === null ? <GoButton /> : null);

const Hint = () => (
  <p class="sample-hint muted fine">
    <span>
      <kbd>S</kbd> sample
    </span>
    <span>
      <kbd>Space</kbd> play
    </span>
    <span>
      <kbd>←</kbd>
      <kbd>→</kbd> step
    </span>
  </p>
);
