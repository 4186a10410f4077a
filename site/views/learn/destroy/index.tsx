/** The forward process: one pixel's bell, one step of a picture, how a draw is written, then the chain and the jump. */

import { useState } from 'preact/hooks';
import { formatRoute } from '../../../state/router.ts';
import { choice, fetchHands, hands, moveTo, notice, t } from '../../forward/state/state.ts';
import { useDigits, useFetched } from '../lesson.ts';
import { Cite, Legend, NetworkStatus, type Note, Notes, TakeAway, Task } from '../parts.tsx';

import { Bell, Reparametrise } from './bell.tsx';

import './destroy.css';
import { Notice } from '../../../components/card.tsx';
import { Slider } from '../../../components/field.tsx';
import { Later } from '../../../components/later.tsx';
import { alphaBar, Formula, less, root } from '../../../components/math.tsx';
import { ChainDemo } from '../../forward/chain/demo.tsx';
import '../../forward/forward.css';
import '../../forward/stage.css';
import '../../forward/plots/plots.css';
import '../../forward/chain/chain.css';
import '../../forward/widths.css';

export default function DestroyChapter() {
  useDigits();
  useFetched('hands', hands, fetchHands);
  const [moved, setMoved] = useState(false);
  return (
    <>
      <Task done={moved}>Drag β from small to large, and watch where the bell goes and how wide it gets.</Task>
      <NetworkStatus />
      <Bell onMove={() => setMoved(true)} />
      <Later>
        <Reparametrise />
      </Later>
      <section class="learn-text grid gap-12">
        <h2>Many steps, and a schedule</h2>
        <p>
          A schedule says how much noise each step adds: it is a list of β, one for each t, fixed before anything is
          learnt, and the same for all pictures. So it is known in advance how much noise there is at each t:{' '}
          <Formula>{root(alphaBar)}</Formula> of the picture is left, where α = 1 − β is what a step keeps and ᾱ
          <sub>t</sub> the product of all α up to t, and <Formula>{root(less(alphaBar))}</Formula> of ε has come. Any t
          is one jump away.
        </p>
      </section>
      <Later>
        <ChainAndJump />
      </Later>
      <Legend of={['x0', 'xt', 'ε', 'βt', 'αt', 'ᾱt', 't', 'μ', 'σ']} />
      <TakeAway>
        One step: keep <Formula>{root(less(<mi>β</mi>))}</Formula> of every pixel, and add a random number of variance
        β. The schedule has fixed that β for each t. Since a sum of Gaussians is a Gaussian, t steps are one jump.
      </TakeAway>
      <Notes notes={NOTES} />
      <p>
        With your own picture, and both schedules side by side: <a href={formatRoute('forward')}>the forward process</a>
        .
      </p>
    </>
  );
}

/** Many steps: the chain through all of them, and the jump. The forward process's own figure, with a slider for t. */
function ChainAndJump() {
  const { T } = choice.value;
  return (
    <div class="forward learn-chain">
      <Slider label="Many steps: t" value={t.value} min={0} max={T} format={(v) => `${v} of ${T}`} onInput={moveTo} />
      <ChainDemo />
      <Notice text={notice.value} />
    </div>
  );
}

/** The lecturer's questions about the forward process. */
const NOTES: readonly Note[] = [
  {
    question: 'What does it mean to add noise?',
    answer: (
      <>
        <p>Ask a student. The usual answer, “each pixel adds a different random value”, is right.</p>
        <p>
          An equal one: adding noise means sampling from a normal distribution. That both are the same is the
          reparametrisation trick above (<Cite of="vae2013" />
          ).
        </p>
      </>
    ),
  },
  {
    question: 'How many timesteps?',
    answer: (
      <p>
        It depends. The idea is from <Cite of="sohl2015" />; <Cite of="ho2020" /> use 1000, but it can go down to 300,
        as in the tutorial. The more there are, the smaller is each change, and the easier it is for the network to
        follow.
      </p>
    ),
  },
  {
    question: 'How much noise to add?',
    answer: (
      <p>
        β decides, and it is fixed before anything is learned: that is the noise scheduler. If β is small, the mean
        stays close to the pixel and the bell is narrow. If β is close to 1, the mean goes to 0 and the bell gets wide.
        Two usual schedules are the linear one (<Cite of="ho2020" />) and the cosine (<Cite of="nichol2021" />
        ). One of them destroys the picture faster: which? With 1000 steps the linear one, by far. With the tutorial’s
        300 they are nearly alike, and the linear one still has some of the picture at its end.
      </p>
    ),
  },
  {
    question: 'Do we need to go through the whole chain to get the image at time t?',
    answer: (
      <p>
        No: that is the super trick. A sum of Gaussians is a Gaussian, so ᾱ<sub>t</sub>, the product of all 1 − β, gives
        any noisy image straight from the original (<Cite of="ho2020" />
        ). It is known from the beginning.
      </p>
    ),
  },
];
