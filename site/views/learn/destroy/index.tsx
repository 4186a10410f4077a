/** The forward process: one pixel's bell, one step of a picture, then the chain and the jump. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatRoute } from '../../../state/router.ts';
import { fetchHands } from '../../forward/state/hands.ts';
import { hands } from '../../forward/state/state.ts';
import { useDigits } from '../digits.ts';
import { NetworkStatus } from '../network-status.tsx';
import { Notes, TakeAway, Task } from '../parts.tsx';
import { useFetched } from '../use-fetched.ts';
import { Bell } from './bell.tsx';
import { ChainAndJump } from './chain-and-jump.tsx';
import './destroy.css';
import { NOTES } from './notes.tsx';

export default function DestroyChapter(): JSX.Element {
  useDigits();
  useFetched('hands', hands, fetchHands);
  const [moved, setMoved] = useState(false);
  return (
    <>
      <Task done={moved}>Drag β from small to large, and watch where the bell goes and how wide it gets.</Task>
      <NetworkStatus />
      <Bell onMove={() => setMoved(true)} />
      <ChainAndJump />
      <TakeAway>
        One step: keep{' '}
        <math>
          <msqrt>
            <mrow>
              <mn>1</mn>
              <mo>−</mo>
              <mi>β</mi>
            </mrow>
          </msqrt>
        </math>{' '}
        of every pixel, and add a random number of variance β. Since a sum of Gaussians is a Gaussian, t steps are one
        jump.
      </TakeAway>
      <Notes notes={NOTES} />
      <p>
        With your own picture, both schedules side by side and all the formulas:{' '}
        <a href={formatRoute('forward')}>the forward process</a>.
      </p>
    </>
  );
}
