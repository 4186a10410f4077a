/** A part of the overview: it names its chapter, and is the link to it. */
import type { JSX } from 'preact';
import { formatRoute } from '../../../state/router.ts';
import { CHAPTERS, type ChapterId } from '../chapters.ts';
import { done } from '../progress.ts';
import { type Box, broken } from './layout.ts';

/** Of a letter, and between lines, in the drawing's units. */
const [LETTER, LEADING] = [7.3, 16];
const BADGE = 10;

export interface PartProps {
  id: ChapterId;
  box: Box;
  /** Of the name's last line. */
  bottom?: number | undefined;
  onPoint(id: ChapterId | undefined): void;
}

export function Part({ id, box: [x, y, width, height], bottom = y + height - 10, onPoint }: PartProps): JSX.Element {
  const number = CHAPTERS.findIndex((chapter) => chapter.id === id) + 1;
  const { title } = CHAPTERS[number - 1]!;
  const lines = broken(title, Math.floor(width / LETTER));
  const point = () => onPoint(id);
  const leave = () => onPoint(undefined);
  return (
    <a
      class={done.value.has(id) ? 'learn-map-part learn-map-done' : 'learn-map-part'}
      href={formatRoute('learn', {}, id)}
      aria-label={`Chapter ${number} ${title}`}
      onPointerEnter={point}
      onPointerLeave={leave}
      onFocus={point}
      onBlur={leave}
    >
      <rect x={x} y={y} width={width} height={height} rx={9} />
      <circle cx={x + BADGE} cy={y + 2} r={BADGE} />
      <text class="learn-map-number" x={x + BADGE} y={y + 6.5}>
        {number}{' '}
      </text>
      {lines.map((words, i) => (
        <text key={words} x={x + width / 2} y={bottom - (lines.length - 1 - i) * LEADING}>
          {words}{' '}
        </text>
      ))}
    </a>
  );
}
