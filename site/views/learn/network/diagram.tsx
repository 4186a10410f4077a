/** The blocks as a U, to scale: the width is the number of channels, the height the size of the picture. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Block } from './blocks.ts';
import { open } from './state.ts';

/** CSS pixels for a place of the picture. */
const SCALE = 2.6;

export function Diagram({ blocks, chosen }: { blocks: readonly Block[]; chosen: string | undefined }): JSX.Element {
  const most = Math.max(1, ...blocks.map(({ channels }) => channels));
  const part = (name: Block['part']) => blocks.filter((block) => block.part === name);
  const column = (name: Block['part'], title: string, list: readonly Block[]) => (
    <div class={`learn-unet-${name}`}>
      <p class="learn-kicker muted small">{title}</p>
      {list.map((block) => (
        <BlockButton key={block.module} block={block} most={most} chosen={block.module === chosen} />
      ))}
    </div>
  );
  return (
    <fieldset class="learn-unet">
      <legend class="hidden">Blocks of the network</legend>
      {column('down', 'Down, read from the top ↓', part('down'))}
      {/* a picture goes up here, so the last block is at the top */}
      {column('up', 'Up, read from the bottom ↑', part('up').reverse())}
      {column('middle', 'Across →', part('middle'))}
    </fieldset>
  );
}

function BlockButton({ block, most, chosen }: { block: Block; most: number; chosen: boolean }): JSX.Element {
  const { module, title, channels, side } = block;
  const bar = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    bar.current!.style.width = `${(channels / most) * 100}%`;
    bar.current!.style.height = `${side * SCALE}px`;
  }, [channels, most, side]);
  return (
    <button
      type="button"
      class="learn-block grid slim fine"
      aria-pressed={chosen}
      title={module}
      onClick={() => {
        open.value = module;
      }}
    >
      <span class="learn-block-bar" ref={bar} />
      <span class="learn-block-words">
        {title}{' '}
        <span class="number">
          {channels} × {side} × {side}
        </span>
      </span>
    </button>
  );
}
