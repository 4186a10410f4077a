/** Real or synthetic? Some pictures are real, some were painted by the page a moment ago. `#/game/class` is for lecturers. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
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
  const place = game.place.value;
  const table = useRef<HTMLDivElement>(null);
  const first = useRef(true);

  // A new picture is seen from its top, also where the page was scrolled down to the button that led to it.
  useLayoutEffect(() => {
    if (!first.current && table.current!.getBoundingClientRect().top < 0) table.current!.scrollIntoView();
    first.current = false;
  }, [phase, place]);

  return (
    <div class="game" data-phase={phase} ref={table}>
      {phase === 'intro' && <Intro />}
      {phase === 'round' && <RoundView />}
      {phase === 'summary' && <Summary />}
    </div>
  );
}
