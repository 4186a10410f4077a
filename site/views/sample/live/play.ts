/** Moves a slider from end to end, where a visitor asks for it. */
import { signal } from '@preact/signals';
import { current } from '../../../state/store.ts';

/** Milliseconds from one end to the other. */
const WHOLE = 6000;

/** The slider that moves by itself; null: none. */
export const moving = signal<string | null>(null);

let frame = 0;

export const hold = (): void => {
  cancelAnimationFrame(frame);
  moving.value = null;
};

/** From where it stands, or from the start where it stands at the end. @param show gets a share, 0 to 1 */
export function play(name: string, share: number, show: (share: number) => void): void {
  const model = current.peek();
  const from = share >= 1 ? 0 : share;
  let began: number | undefined;
  hold();
  moving.value = name;
  const tick = (now: number) => {
    if (current.peek() !== model) return hold();
    began ??= now;
    const at = Math.min(1, from + (now - began) / WHOLE);
    show(at);
    if (at < 1) frame = requestAnimationFrame(tick);
    else hold();
  };
  frame = requestAnimationFrame(tick);
}
