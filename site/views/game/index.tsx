/** Real or synthetic? Some pictures are real, some were painted by the page a moment ago. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import './game.css';
import './intro.css';
import './face.css';
import './round.css';
import './reveal.css';
import './summary.css';
import './reasons.css';
import { Intro } from './intro/intro.tsx';
import { RoundView } from './play/round.tsx';
import { Summary } from './play/summary.tsx';
import { onKey } from './state/keys.ts';
import { follow, game } from './state/state.ts';

export default function GameView(): JSX.Element {
  useEffect(follow, []);
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
  }, [phase, place]);

  // The button that led back to the settings is gone, and the focus with it.
  useEffect(() => {
    if (!first.current && phase === 'intro') table.current!.querySelector('h1')!.focus({ preventScroll: true });
    first.current = false;
  }, [phase]);

  return (
    <div class="game" data-phase={phase} ref={table}>
      {phase === 'intro' && <Intro />}
      {phase === 'round' && <RoundView />}
      {phase === 'summary' && <Summary />}
    </div>
  );
}
