/** The forward process: a picture, its noise, and the schedule that mixes them. */
import type { JSX } from 'preact';
import { Later } from '../../components/later.tsx';
import { NextStep } from '../../components/next-step.tsx';
import { formatRoute } from '../../router.ts';
import { ChainDemo } from './chain/demo.tsx';
import './forward.css';
import './source/source.css';
import './stage.css';
import './plots/plots.css';
import './formulas.css';
import './chain/chain.css';
import './time-bar.css';
import './widths.css';
import { useAddress } from './address.ts';
import { Formulas } from './formulas.tsx';
import { Plots } from './plots/plots.tsx';
import { ScheduleCard } from './schedule-card.tsx';
import { Source } from './source/source.tsx';
import { Stage } from './stage.tsx';
import { TimeBar } from './time-bar.tsx';

export default function ForwardView(): JSX.Element {
  useAddress();
  return (
    <div class="forward">
      <header class="forward-head">
        <h1>Forward process</h1>
        <p class="lede">
          A diffusion model learns to undo this: a picture is drowned in noise, in T small steps. Nothing is learned
          here: the schedule fixes everything. Move t and watch.
        </p>
      </header>
      <TimeBar />
      <div class="forward-top">
        <Stage />
        <div class="forward-side">
          <Source />
          <ScheduleCard />
        </div>
      </div>
      <Later>
        <Plots />
      </Later>
      <Later>
        <Formulas />
      </Later>
      <Later>
        <ChainDemo />
        <NextStep href={formatRoute('learn', {}, 'guess')} label="Guess the noise">
          The picture is destroyed. Can a network say which noise is in it?
        </NextStep>
      </Later>
    </div>
  );
}
