/** The moving picture of a GAN: generator and critic, which learn while one watches. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../../components/button.tsx';
import { grouped } from '../../../forward/state/numbers.ts';
import { believed, type Chase, made, newChase, playRound } from './chase.ts';
import { judge, normals } from './eight.ts';
import { Family } from './family.tsx';
import { data } from './figures.tsx';
import { GRID, Plane } from './plane.tsx';

const SEED = 1;
const noise = normals(4, 2 * 320);
/** Rounds for a frame at most, and milliseconds after which no other begins. */
const [ROUNDS, BUDGET] = [12, 10];
/** Where motion is not wanted: rounds between two pictures. */
const STILL = 200;

interface Look {
  rounds: number;
  points: Float64Array;
  cells: Float64Array;
}

const lookAt = (chase: Chase): Look => ({
  rounds: chase.rounds,
  points: made(chase, noise),
  cells: believed(chase, GRID),
});

export function ChaseFigure(): JSX.Element {
  const chase = useRef<Chase | null>(null);
  chase.current ??= newChase(SEED);
  const [look, setLook] = useState(() => lookAt(chase.current!));
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let frame = 0;
    const next = () => {
      const now = chase.current!;
      const begin = performance.now();
      for (let i = 0; i < ROUNDS && performance.now() - begin < BUDGET; i++) playRound(now);
      if (!still || now.rounds - look.rounds >= STILL) setLook(lookAt(now));
      if (still && now.rounds - look.rounds >= STILL) setPlaying(false);
      else frame = requestAnimationFrame(next);
    };
    frame = requestAnimationFrame(next);
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  const judged = judge(look.points);
  const dots = [
    { points: data, ink: 'muted', radius: 3, strength: 0.35 },
    { points: look.points, ink: 'second', radius: 4 },
  ] as const;
  return (
    <Family
      name="GAN"
      plane={
        <Plane
          label={`A generative adversarial network after ${look.rounds} rounds; the critic believes where it is coloured`}
          dots={dots}
          cells={look.cells}
        />
      }
      controls={
        <div class="row gap-8">
          <Button
            icon={playing ? 'pause' : 'play'}
            title={`${playing ? 'Pause' : 'Train'} the GAN`}
            onClick={() => setPlaying(!playing)}
          >
            {playing ? 'Pause' : look.rounds > 0 ? 'Train on' : 'Train'}
          </Button>
          <Button
            kind="quiet"
            icon="retry"
            disabled={look.rounds === 0}
            onClick={() => {
              setPlaying(false);
              chase.current = newChase(chase.current!.seed + 2);
              setLook(lookAt(chase.current));
            }}
          >
            Start again
          </Button>
          <p class="number muted small">{grouped(look.rounds)} rounds</p>
        </div>
      }
      judged={judged}
      calls={1}
    >
      A <strong>generative adversarial network</strong> is two that chase each other. The critic learns to tell points
      of the generator from data: where it believes, the plane is coloured. The generator goes there. So its points get
      sharp, but a few kinds are enough to fool the critic, and when that has learnt, they move on.
    </Family>
  );
}
