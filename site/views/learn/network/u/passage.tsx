/** The picture on its way through the blocks: a slider over them, and a button that moves it. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Button } from '../../../../components/button.tsx';
import { Slider } from '../../../../components/slider.tsx';
import type { Block } from './blocks.ts';
import { sizeOf } from './diagram.tsx';
import { open, openSkip, playing, reached } from './state.ts';

/** Milliseconds that the picture stays in a block. */
const STAY = 650;

/** @param blocks in the order in which a picture goes through */
export function Passage({ blocks }: { blocks: readonly Block[] }): JSX.Element {
  const last = blocks.length - 1;
  const now = reached.value ?? last;
  const move = (to: number) => {
    reached.value = to;
    open.value = blocks[to]!.module;
    openSkip.value = null;
  };
  useEffect(() => {
    if (!playing.value) return;
    const timer = setInterval(() => {
      const next = (reached.peek() ?? -1) + 1;
      if (next <= last) move(next);
      if (next >= last) playing.value = false;
    }, STAY);
    return () => clearInterval(timer);
  }, [playing.value, blocks]);
  useEffect(
    () => () => {
      playing.value = false;
      reached.value = null;
    },
    [],
  );
  return (
    <div class="learn-passage">
      <Button
        icon={playing.value ? 'pause' : 'play'}
        onClick={() => {
          if (!playing.peek() && now === last) move(0);
          playing.value = !playing.peek();
        }}
      >
        {playing.value ? 'Pause' : 'Send it through'}
      </Button>
      <Slider
        label="The picture is at"
        value={now + 1}
        min={1}
        max={blocks.length}
        format={(value) => `block ${value}, ${sizeOf(blocks[value - 1]!)}`}
        onInput={(value) => {
          playing.value = false;
          move(value - 1);
        }}
      />
    </div>
  );
}
