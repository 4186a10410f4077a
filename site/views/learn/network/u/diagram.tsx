/**
 * The network as a U: down on the left, up on the right, skips across. A block's picture is as large as its places are many,
 * its bar as long as its channels. Blocks light up as the picture reaches them, and skips while they carry something.
 */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Block } from './blocks.ts';
import { rowsOf, type Skip } from './skips.ts';
import { cut, open, openSkip, reached } from './state.ts';
import { type Maps, Thumb } from './thumb.tsx';

export interface DiagramProps {
  /** In the order in which a picture goes through. */
  blocks: readonly Block[];
  /** Module of the open block, or the one that the open skip begins at. */
  chosen: { block?: string | undefined; skip?: string | undefined };
  /** Of what each block gives its picture, by module; empty: only the plan is drawn. */
  maps: Readonly<Record<string, Maps>>;
}

export const sizeOf = ({ channels, side }: Pick<Block, 'channels' | 'side'>) => `${channels} × ${side} × ${side}`;

export function Diagram({ blocks, chosen, maps }: DiagramProps): JSX.Element {
  const most = {
    channels: Math.max(1, ...blocks.map(({ channels }) => channels)),
    side: Math.max(1, ...blocks.map(({ side }) => side)),
  };
  const now = reached.value ?? blocks.length - 1;
  const cell = (block: Block | undefined) => {
    if (!block) return <span class="learn-u-through" aria-hidden="true" />;
    const index = blocks.indexOf(block);
    return (
      <BlockButton
        block={block}
        most={most}
        chosen={block.module === chosen.block}
        lit={reached.value !== null && index === now}
        maps={index <= now ? maps[block.module] : undefined}
      />
    );
  };
  const middle = blocks.filter(({ part }) => part === 'middle');
  return (
    <fieldset class="learn-u">
      <legend class="hidden">Blocks and skips of the network</legend>
      <p class="learn-kicker muted small learn-u-head">
        <span>Down ↓</span>
        <span>Skips →</span>
        <span>Up ↑</span>
      </p>
      {rowsOf(blocks).map(({ left, skip, right }) => (
        <div class="learn-u-row" key={(left ?? right)!.module}>
          <Place level={(left ?? right)!.level} side="down">
            {cell(left)}
          </Place>
          {skip ? (
            <SkipButton
              skip={skip}
              chosen={skip.from.module === chosen.skip}
              carries={reached.value !== null && blocks.indexOf(skip.from) <= now && now <= blocks.indexOf(skip.to)}
              cut={cut.value.has(skip.from.module)}
            />
          ) : (
            <span />
          )}
          <Place level={right ? right.level : (left?.level ?? 0)} side="up">
            {cell(right)}
          </Place>
        </div>
      ))}
      {middle.length > 0 && (
        <div class="learn-u-middle">
          {middle.map((block) => (
            <span key={block.module}>{cell(block)}</span>
          ))}
        </div>
      )}
    </fieldset>
  );
}

interface PlaceProps {
  level: number;
  side: 'down' | 'up';
  children: JSX.Element;
}

/** Deeper levels stand nearer to the middle. */
function Place({ level, side, children }: PlaceProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current!.style.setProperty('--level', String(level));
  }, [level]);
  return (
    <div class={`learn-u-place learn-u-${side}`} ref={place}>
      {children}
    </div>
  );
}

interface BlockButtonProps {
  block: Block;
  most: { channels: number; side: number };
  chosen: boolean;
  lit: boolean;
  maps: Maps | undefined;
}

function BlockButton({ block, most, chosen, lit, maps }: BlockButtonProps): JSX.Element {
  const { module, title, channels, side } = block;
  const bar = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    bar.current!.style.setProperty('--share', String(channels / most.channels));
  }, [channels, most.channels]);
  return (
    <button
      type="button"
      class={lit ? 'learn-block learn-block-lit fine' : 'learn-block fine'}
      aria-pressed={chosen}
      title={module}
      onClick={() => {
        open.value = module;
        openSkip.value = null;
      }}
    >
      <span class="learn-block-thumb" aria-hidden="true">
        <Thumb side={side} most={most.side} maps={maps} />
      </span>
      <span class="learn-block-words">
        {title} <span class="number">{sizeOf(block)}</span>
      </span>
      <span class="learn-block-bar" ref={bar} />
    </button>
  );
}

interface SkipButtonProps {
  skip: Skip;
  chosen: boolean;
  /** Something lies on it. */
  carries: boolean;
  cut: boolean;
}

function SkipButton({ skip: { from, to }, chosen, carries, cut }: SkipButtonProps): JSX.Element {
  const kinds = ['learn-skip fine', carries && 'learn-skip-carries', cut && 'learn-skip-cut'].filter(Boolean);
  return (
    <button
      type="button"
      class={kinds.join(' ')}
      aria-pressed={chosen}
      title={`from ${from.module} to ${to.module}`}
      onClick={() => {
        openSkip.value = from.module;
        open.value ??= from.module;
      }}
    >
      <span class="hidden">{cut ? 'Cut skip' : 'Skip'} of </span>
      <span class="number">
        {from.channels} ×{' '}
        <span class="learn-skip-side">
          {from.side} × {from.side}
        </span>
      </span>
      <span class="learn-skip-line" aria-hidden="true" />
    </button>
  );
}
