/** The real pictures most like an answered one, to compare by eye, and where the nearest differs from it. */
import type { JSX } from 'preact';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { capital } from '../rules/terms.ts';
import { game, terms } from '../state/state.ts';
import { type Findings, NEAREST } from '../state/use-findings.ts';

/** Differences are shown as many times as bright as they are. */
const BRIGHTER = 3;

export interface LookAlikesProps {
  findings: Findings;
  shown: string | null;
  onShow: (id: string | null) => void;
}

export function LookAlikes({ findings: { alike, difference }, shown, onShow }: LookAlikesProps): JSX.Element | null {
  const { shape, count } = game.round.peek()!.table.pool;
  const [, height, width] = shape;
  if (!difference) return null;
  const { many } = terms.value.real;
  const marked = shown === NEAREST;
  return (
    <figure class="game-alike grid gap-8 muted small">
      <figcaption>
        Most like it of the {count} {many} here, and its difference from the nearest: {difference.mean.toFixed(0)} of
        255 levels on average, shown {BRIGHTER} times as bright.
      </figcaption>
      <ul>
        {alike.map(({ name, pixels }) => (
          <li key={name}>
            <PictureCanvas pixels={pixels} shape={shape} label={capital(name)} />
          </li>
        ))}
        <li class="game-difference">
          <PictureCanvas
            pixels={difference.map.map((v) => v * BRIGHTER)}
            shape={[1, height, width]}
            label={`Difference from the nearest, ${difference.mean.toFixed(0)} of 255 levels on average`}
          />
        </li>
        <li>
          <button
            type="button"
            class="game-show"
            aria-pressed={marked}
            aria-label="Mark in the picture where it differs most from the nearest"
            onClick={() => onShow(marked ? null : NEAREST)}
          >
            Mark
          </button>
        </li>
      </ul>
    </figure>
  );
}
