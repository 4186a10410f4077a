/** The way from x_0 to x_T at a glance; a click on a column moves t there. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { useInTurn } from '../../components/later.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { toBytes } from '../../state/pixels.ts';
import { noisy } from './state/noisy.ts';
import { evenTimes, KINDS } from './state/schedules.ts';
import { moveTo, noise, picture, schedules, t } from './state/state.ts';

const FRAMES = 9;

export function Filmstrip(): JSX.Element {
  const [given, grain] = [picture.value, noise.value];
  const shown = useInTurn(
    useMemo(() => (given && grain ? { image: given, epsilon: grain } : undefined), [given, grain]),
  );
  const { image, epsilon } = shown ?? {};
  const pair = schedules.value;
  const stops = useMemo(() => evenTimes(pair.linear.T, FRAMES), [pair]);
  const columns = useMemo(
    () =>
      stops.map((stop) => image && epsilon && KINDS.map((kind) => toBytes(noisy(pair[kind], image.x0, epsilon, stop)))),
    [stops, image, epsilon, pair],
  );
  const nearest = Math.round((t.value / pair.linear.T) * (FRAMES - 1));
  return (
    <fieldset class="forward-film grid slim gap-4">
      <legend class="hidden">Go to a time</legend>
      {stops.map((stop, i) => (
        <button
          key={i}
          type="button"
          class={`forward-film-stop${i % 2 ? ' forward-film-odd' : ''}`}
          aria-label={`t = ${stop}`}
          aria-current={i === nearest ? 'step' : undefined}
          onClick={() => moveTo(stop)}
        >
          {KINDS.map((kind, row) => (
            <span key={kind} class="forward-film-frame" aria-hidden="true">
              {image && columns[i] && <PictureCanvas pixels={columns[i][row]!} shape={image.shape} label="" />}
            </span>
          ))}
          <span class="forward-film-time">{stop}</span>
        </button>
      ))}
    </fieldset>
  );
}
