/** The whole lecture as one picture that moves: each part opens its chapter. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { CHAPTERS, type ChapterId, findChapter } from '../chapters.ts';
import { Drawing } from './drawing.tsx';
import { fetchImages, images } from './images.ts';
import { FRAMES } from './journey.ts';
import { TALL, WIDE } from './layout.ts';
import './map.css';
import { samplingAt, stillAt, trainingAt } from './moment.ts';
import { FACTS } from './recording.ts';
import { useClock } from './use-clock.ts';

const [LESSONS, STEPS] = [FACTS.trained.length, FACTS.drawn.levels.length];
/** Of the window; below it the way goes down. */
const ROOM = '(min-width: 960px)';
const LESS_MOTION = '(prefers-reduced-motion: reduce)';

export default function LectureMap(): JSX.Element {
  const figure = useRef<HTMLElement>(null);
  const wide = useMedia(ROOM);
  const [playing, setPlaying] = useState(!matchMedia(LESS_MOTION).matches);
  const [moved, setMoved] = useState(playing);
  const [pointed, setPointed] = useState<ChapterId>();
  useEffect(() => void fetchImages(), []);
  const seconds = useClock(figure, playing && images.value !== null);
  const now = moved
    ? { training: trainingAt(seconds, LESSONS, FRAMES), sampling: samplingAt(seconds, STEPS) }
    : stillAt(LESSONS, STEPS);
  const chapter = pointed && findChapter(pointed);
  return (
    <figure class={wide ? 'learn-map card' : 'learn-map learn-map-tall card'} ref={figure}>
      <Drawing layout={wide ? WIDE : TALL} {...now} images={images.value} onPoint={setPointed} />
      <figcaption class="learn-map-said">
        <p>
          {chapter ? (
            <>
              <strong>
                {CHAPTERS.findIndex(({ id }) => id === pointed) + 1} · {chapter.title}
              </strong>{' '}
              {chapter.idea}
            </>
          ) : (
            'Training and sampling use the same network. Press a part to open its chapter.'
          )}
        </p>
        <Button
          kind="quiet"
          icon={playing ? 'pause' : 'play'}
          onClick={() => {
            setMoved(true);
            setPlaying(!playing);
          }}
        >
          {playing ? 'Pause' : 'Play'}
        </Button>
      </figcaption>
      <p class="field-hint">
        Real digits, and what the shipped network said of them and of the noise, recorded. The noisy pictures are
        computed here.
      </p>
    </figure>
  );
}

/** Whether a media query holds, now and later. */
function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const follow = () => setHolds(media.matches);
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  return holds;
}
