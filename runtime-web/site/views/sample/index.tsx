/** Sample: noise becomes pictures, step by step, on the visitor's machine. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { Later } from '../../components/later.tsx';
import { ModelBar } from '../../components/model-bar.tsx';
import { NextStep } from '../../components/next-step.tsx';
import { Notice } from '../../components/notice.tsx';
import { stepWords } from '../../components/prediction-words.ts';
import { formatRoute } from '../../router.ts';
import { noticeOf } from '../../state/phantoms.ts';
import { current } from '../../store.ts';
import { Controls } from './controls.tsx';
import { FilmBar } from './film-bar.tsx';
import { follow } from './follow.ts';
import { PredictedX0, XT, Xt } from './formula.tsx';
import { GoButton } from './go-button.tsx';
import { Invitation } from './invitation.tsx';
import { onKey } from './keys.ts';
import { EnlargedBar, Panels } from './panels.tsx';
import { Readout } from './readout.tsx';
import { playRecording } from './recorded/play.ts';
import { Results } from './results.tsx';
import './sample.css';
import './first-pictures.css';
import './transport.css';
import './controls.css';
import './widths.css';
import { StartCard } from './start/card.tsx';
import { kindOf } from './start/start.ts';
import { busy, draft, info, phase, prediction, trouble } from './state.ts';
import { Transport } from './transport.tsx';

export default function SampleView(): JSX.Element {
  useEffect(follow, []);
  useEffect(playRecording, []);
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div class="sample" data-phase={phase.value}>
      <header class="sample-intro">
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
        {kindOf(draft.value) === 'noise' && <GoButton />}
      </header>
      {trouble.value && (
        <p class="sample-trouble" role="alert">
          <Icon name="alert" />
          {trouble.value}
        </p>
      )}
      <StartCard />
      <section class="card sample-stage" aria-label="The pictures as they form">
        <Panels />
        <Notice text={noticeOf(info.value ?? current.value)} />
        <Invitation />
        <EnlargedBar />
        <FilmBar />
        <Readout />
        <Transport />
        <footer class="sample-foot">
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
          What happens between the noise and the picture? Eight short chapters, with everything to try.
        </NextStep>
      </Later>
    </div>
  );
}

const Hint = (): JSX.Element => (
  <p class="sample-hint">
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
