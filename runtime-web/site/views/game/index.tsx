/** Real or synthetic? Some pictures are real, some were painted by the page a moment ago. `#/game/class` is for lecturers. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import './game.css';
import './intro.css';
import './face.css';
import './round.css';
import './reveal.css';
import './summary.css';
import './reasons.css';
import './class/class.css';
import { route } from '../../store.ts';
import { ClassView } from './class/class-view.tsx';
import { Intro } from './intro.tsx';
import { onKey } from './keys.ts';
import { RoundView } from './round.tsx';
import { follow, game } from './state.ts';
import { Summary } from './summary.tsx';

export default function GameView(): JSX.Element {
  useEffect(follow, []);
  return route.value.part === 'class' ? <ClassView /> : <Play />;
}

function Play(): JSX.Element {
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const phase = game.phase.value;
  return (
    <div class="game" data-phase={phase}>
      {phase === 'intro' && <Intro />}
      {phase === 'round' && <RoundView />}
      {phase === 'summary' && <Summary />}
    </div>
  );
}
