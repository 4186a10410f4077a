/** The forward process: a picture, its noise, and the schedule that mixes them. */
import type { JSX } from 'preact';
import { Later } from '../../components/later.tsx';
import { createLazy } from '../../components/lazy.tsx';
import { useAddress } from '../../shell/use-address.ts';
import './forward.css';
import './source/source.css';
import './stage.css';
import './time-bar.css';
import './widths.css';
import { ScheduleCard } from './schedule-card.tsx';
import { Source } from './source/source.tsx';
import { Stage } from './stage.tsx';
import { formatSettings, readSettings } from './state/settings.ts';
import { applySettings, settings } from './state/state.ts';
import { TimeBar } from './time-bar.tsx';

const { Show } = createLazy<'below'>(() => () => import('./below.tsx'));

export default function ForwardView(): JSX.Element {
  useAddress({ view: 'forward', settings, read: readSettings, format: formatSettings, apply: applySettings });
  return (
    <div class="forward">
      <header class="grid gap-8">
        <h1>Forward process</h1>
        <p class="lede">
          A diffusion model learns to undo this: a picture is drowned in noise, in T small steps. Nothing is learned
          here: the schedule fixes everything. Move t and watch.
        </p>
      </header>
      <TimeBar />
      <div class="forward-top grid gap-24">
        <Stage />
        <div class="grid top slim gap-24">
          <Source />
          <ScheduleCard />
        </div>
      </div>
      <Later>
        <Show name="below" />
      </Later>
    </div>
  );
}
