/** Under a picture that no measure tells apart: the real pictures most like it, to compare by eye. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { fromBytes } from '../../state/pixels.ts';
import type { Told } from './game.ts';
import { nearestReals } from './neighbours.ts';
import type { Pool } from './pool.ts';
import { present } from './presentation.ts';
import { capital } from './words.ts';

const SHOWN = 3;

export function LookAlikes({ told, pool }: { told: Told; pool: Pool }): JSX.Element {
  const alike = useMemo(() => {
    const own = told.kind === 'real' ? told.real : undefined;
    return nearestReals(told.pixels, pool, SHOWN, own).map((index) => ({
      name: capital(pool.origin(index)),
      pixels: present(fromBytes(pool.read(index)), pool.shape, pool.presentation, index),
    }));
  }, [told.pixels, told.kind, told.real, pool]);
  return (
    <figure class="game-alike">
      <figcaption>The real pictures most like it. Compare strokes, corners and ends.</figcaption>
      <ul>
        {alike.map(({ name, pixels }) => (
          <li key={name}>
            <PictureCanvas pixels={pixels} shape={pool.shape} label={name} />
          </li>
        ))}
      </ul>
    </figure>
  );
}
