/** The picture on the table. It knows no more than the player does; the answer adds marks on top. */
import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import type { Face } from '../rules/game.ts';
import { labelOf } from '../state/words.ts';

/** How far a card must be dragged to count as an answer, CSS pixels. */
const FAR = 64;

export interface FaceCardProps {
  face: Face & { pixels: Uint8ClampedArray };
  /** Of the round. */
  pictures: number;
  /** After the answer: what it was, for the text alternative. */
  told?: string | undefined;
  onSwipe: (side: 'left' | 'right') => void;
  children?: ComponentChildren;
}

export function FaceCard({ face, pictures, told, onSwipe, children }: FaceCardProps): JSX.Element {
  const card = useRef<HTMLDivElement>(null);
  const drag = useRef<{ id: number; x: number; y: number; width: number } | null>(null);

  const move = (dx: number) => {
    const { style, dataset } = card.current!;
    style.transform = dx === 0 ? '' : `translateX(${dx}px) rotate(${dx / 24}deg)`;
    dataset.lean = Math.abs(dx) < FAR ? '' : dx < 0 ? 'left' : 'right';
  };
  const letGo = ({ clientX, pointerId }: PointerEvent, counts: boolean) => {
    const from = drag.current;
    if (from?.id !== pointerId) return;
    drag.current = null;
    delete card.current!.dataset.held;
    move(0);
    const dx = clientX - from.x;
    if (counts && Math.abs(dx) >= FAR) onSwipe(dx < 0 ? 'left' : 'right');
  };

  return (
    <div
      ref={card}
      class="game-card game-face"
      onPointerDown={(event) => {
        if (!event.isPrimary || event.button !== 0) return;
        drag.current = { id: event.pointerId, x: event.clientX, y: event.clientY, width: 0 };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.dataset.held = '';
      }}
      onPointerMove={(event) => {
        if (drag.current?.id === event.pointerId) move(event.clientX - drag.current.x);
      }}
      onPointerUp={(event) => letGo(event, true)}
      onPointerCancel={(event) => letGo(event, false)}
    >
      <PictureCanvas pixels={face.pixels} shape={face.shape} label={labelOf(face.place, pictures, told)} />
      {children}
    </div>
  );
}
