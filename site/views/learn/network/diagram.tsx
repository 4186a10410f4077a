/** The U: what goes in, its blocks to scale with their skips and maps, and what an open block gives. */

import { levelOf } from '@onnoise/scheduler';
import { computed, signal } from '@preact/signals';
import type { ComponentProps, JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { PixelCanvas } from '../../../components/picture-canvas.tsx';
import { digits, epsilon } from '../../forward/state/state.ts';
import { firstOf, lesson, pictureAt, shownDigit } from '../lesson.ts';
import { type Block, rowsOf, type Skip, sheetSize, tiles } from './blocks.ts';

/** Feature maps as pictures: of a block the one that varies most, all of a block as tiles, and rows of values as a heat map. */

/** CSS pixels a side of the largest picture of a network. */
const LARGEST = 40;

export interface Maps {
  data: Float32Array;
  /** [1, channels, height, width] */
  dims: readonly number[];
}

interface ThumbProps {
  side: number;
  /** Side of the largest picture. */
  most: number;
  /** One map; undefined: a plain square. */
  maps: Maps | undefined;
}

function Thumb({ side, most, maps }: ThumbProps) {
  return (
    <Tiles
      class={maps ? 'picture learn-thumb' : 'picture learn-thumb learn-thumb-plain'}
      style={{ width: `${Math.max(2, (side / most) * LARGEST)}px` }}
      dims={[1, 1, side, side]}
      data={maps?.data}
    />
  );
}

type TilesProps = Omit<Maps, 'data'> &
  Pick<ComponentProps<typeof PixelCanvas>, 'class' | 'style' | 'label'> & {
    /** undefined: not computed yet. */
    data: Float32Array | undefined;
    columns?: number;
  };

/** Maps as tiles of one sheet. */
function Tiles({ data, dims: [, count = 0, height = 0, width = 0], columns = 1, ...look }: TilesProps) {
  const options = { count, height, width, columns };
  const draw = (rgba: Uint8ClampedArray) => data && rgba.set(tiles(data, options).rgba);
  return <PixelCanvas {...sheetSize(options)} draw={draw} of={[data]} {...look} />;
}

/** The map with the largest variance over its places. */
export function liveliest({ data, dims }: Maps): Float32Array {
  const [, count = 0, height = 0, width = 0] = dims;
  const size = height * width;
  let best = { variance: -1, map: data.subarray(0, size) };
  for (let n = 0; n < count; n++) {
    const map = data.subarray(n * size, (n + 1) * size);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < size; i++) sum += map[i]!;
    const mean = sum / size;
    for (let i = 0; i < size; i++) squares += (map[i]! - mean) ** 2;
    const variance = squares / size;
    if (variance > best.variance) best = { variance, map };
  }
  return best.map;
}

export function Heat({ rows, label }: { rows: readonly Float32Array[]; label: string }) {
  const width = rows[0]!.length;
  const data = useMemo(() => Float32Array.from(rows.flatMap((row) => [...row])), [rows]);
  return <Tiles class="picture" dims={[1, 1, rows.length, width]} data={data} label={label} />;
}

/** Where a row lies on a heat map, as a share of its height. */
export function Lit({ share, other = false }: { share: number; other?: boolean }) {
  return (
    <span class={other ? 'learn-heat-lit learn-heat-other' : 'learn-heat-lit'} style={{ top: `${share * 100}%` }} />
  );
}

/** What goes into the network, and the U: which network is drawn, what is open, and which skips are cut. */

/** In the network's schedule, 0 to T - 1. */
export const t = signal(350);

const SEED = 4;

export const clean = computed(() => digits.value && pictureAt(digits.value, firstOf(digits.value, shownDigit.value)));

export const noisy = computed(() => {
  const [picture, facts] = [clean.value, lesson.value];
  if (!picture || !facts) return null;
  const grain = epsilon(SEED, picture.x0.length);
  const { signal: a, noise: b } = levelOf(facts.schedule, t.value);
  return picture.x0.map((value, i) => a * value + b * grain[i]!);
});

/** A module of a block; null: none was chosen yet. */
export const open = signal<string | null>(null);
/** The module that the open skip begins at; it goes before `open`. */
export const openSkip = signal<string | null>(null);
/** Modules whose skips are cut. */
export const cut = signal<ReadonlySet<string>>(new Set());

interface DiagramProps {
  /** In the order in which a picture goes through. */
  blocks: readonly Block[];
  /** Module of the open block, or the one that the open skip begins at. */
  chosen: { block?: string | undefined; skip?: string | undefined };
  /** Of what each block gives its picture, by module. */
  maps: Readonly<Record<string, Maps>>;
}

export const sizeOf = ({ channels, side }: Pick<Block, 'channels' | 'side'>) => `${channels} × ${side} × ${side}`;

export function Diagram({ blocks, chosen, maps }: DiagramProps) {
  const most = {
    channels: Math.max(1, ...blocks.map(({ channels }) => channels)),
    side: Math.max(1, ...blocks.map(({ side }) => side)),
  };
  const cell = (block: Block | undefined) => {
    if (!block) return <span class="learn-u-through" aria-hidden="true" />;
    return <BlockButton block={block} most={most} chosen={block.module === chosen.block} maps={maps[block.module]} />;
  };
  const middle = blocks.filter(({ part }) => part === 'middle');
  return (
    <fieldset class="learn-u">
      <legend class="hidden">Blocks and skips of the network</legend>
      <p class="learn-kicker muted small learn-u-head between gap-12">
        <span>Down ↓</span>
        <span>Skips →</span>
        <span>Up ↑</span>
      </p>
      {rowsOf(blocks).map(({ skip, right }) => (
        <div class="learn-u-row grid" key={right.module}>
          <Place level={(skip?.from ?? right).level} side="down">
            {cell(skip?.from)}
          </Place>
          {skip ? (
            <SkipButton skip={skip} chosen={skip.from.module === chosen.skip} cut={cut.value.has(skip.from.module)} />
          ) : (
            <span />
          )}
          <Place level={right.level} side="up">
            {cell(right)}
          </Place>
        </div>
      ))}
      {middle.length > 0 && (
        <div class="learn-u-middle grid gap-10">
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
function Place({ level, side, children }: PlaceProps) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current!.style.setProperty('--level', String(level));
  }, [level]);
  return (
    <div class={`learn-u-place grid learn-u-${side}`} ref={place}>
      {children}
    </div>
  );
}

interface BlockButtonProps {
  block: Block;
  most: { channels: number; side: number };
  chosen: boolean;
  maps: Maps | undefined;
}

function BlockButton({ block, most, chosen, maps }: BlockButtonProps) {
  const { module, title, channels, side } = block;
  const bar = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    bar.current!.style.setProperty('--share', String(channels / most.channels));
  }, [channels, most.channels]);
  return (
    <button
      type="button"
      class="learn-block grid fine"
      aria-pressed={chosen}
      title={module}
      onClick={() => {
        open.value = module;
        openSkip.value = null;
      }}
    >
      <span class="learn-block-thumb grid" aria-hidden="true">
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
  cut: boolean;
}

function SkipButton({ skip: { from, to }, chosen, cut }: SkipButtonProps) {
  return (
    <button
      type="button"
      class={cut ? 'learn-skip grid muted slim fine learn-skip-cut' : 'learn-skip grid muted slim fine'}
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

const COLUMNS = 16;

interface DetailsProps {
  block: Block;
  /** It is open, in place of the block that it begins at. */
  skip: Skip | undefined;
  /** undefined: not computed yet. */
  maps: Maps | undefined;
}

export function Details({ block, skip, maps }: DetailsProps) {
  const { title, module, channels, side } = block;
  return (
    <figure class="learn-figure grid slim gap-8 learn-maps" aria-live="off">
      <Tiles
        class="picture"
        dims={[1, channels, side, side]}
        data={maps?.data}
        columns={COLUMNS}
        label={`${channels} feature maps of ${module}`}
      />
      <figcaption>
        {skip ? (
          <Travels skip={skip} />
        ) : (
          <>
            <strong>{title}</strong>, <code>{module}</code>: {channels} feature maps. Blue is negative, orange positive.
          </>
        )}
      </figcaption>
    </figure>
  );
}

/** In words, from where to where, and beside what. */
function Travels({ skip: { from, to, below } }: { skip: Skip }) {
  return (
    <>
      <strong>
        Skip from <code>{from.module}</code> to <code>{to.module}</code>
      </strong>
      : {from.channels} feature maps of {from.side} × {from.side}, as they were on the way down, each edge in its place.
      They are laid beside the {below} that come from below, so that block sees {from.channels + below}.
    </>
  );
}
