/** x_t and the predicted x_0 side by side: all pictures in a grid, or one large. */

import { nextTask } from '@onnoise/runtime-web/parts';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Formula, sub } from '../../../components/math.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { useBox } from '../../../components/use-box.ts';
import { BODY, NOISE } from '../../../state/first-marks.ts';
import type { ImageShape } from '../../../state/picture.ts';
import { standingHtml } from '../../../state/standing.ts';
import { needsPicture } from '../state/fields.ts';
import { look } from '../state/frames.ts';
import { type Extent, panelGrid, picture } from '../state/layout.ts';
import { bringNoise, busy, change, describeSeed, draft, enlarged, type Run, run, shown } from '../state/state.ts';
import { caption, describePicture } from '../state/told.ts';
import { choose } from '../state/told-state.ts';

/** What the network is told of a picture, below it; nothing for a model that takes no numbers. */
function Caption({ index }: { index: number }) {
  const told = caption(index);
  if (told.length === 0) return null;
  return (
    <p class="sample-caption muted number" aria-hidden="true">
      {told.map((part, i) => (
        <span key={part}>{i + 1 < told.length ? `${part},\u00a0` : part}</span>
      ))}
    </p>
  );
}

/**
 * The places of the pictures in index.html, with their noise, until the panel knows its width. first-view/body.ts has the noise
 * fetched, for visitors of this view alone. The app leaves what stands there as it is; a view that is shown later has nothing in
 * their place, for it measures before it is painted.
 */

function FirstPictures({ kind }: { kind: 'x' | 'x0' }) {
  const [html] = useState(() => (import.meta.env.SSR ? '' : standingHtml(`.sample-panel-${kind} .sample-grid`)));
  useLayoutEffect(() => {
    if (html !== '') void nextTask().then(() => shown.peek()); // its noise takes a task, before that which draws it
  }, [html]);
  if (import.meta.env.SSR) return <Written kind={kind} />;
  // The markup is the page’s own, of this very element: Preact finds it unchanged, and leaves it.
  return html === '' ? null : <div class="sample-grid sample-first" dangerouslySetInnerHTML={{ __html: html }} />;
}

function Written({ kind }: { kind: 'x' | 'x0' }) {
  const { count, shape } = shown.value;
  const [, height, width] = shape;
  return (
    <div class="sample-grid sample-first" data-pixels={`${width} ${height}`}>
      {Array.from({ length: count }, (_, index) =>
        kind === 'x0' ? (
          <span key={index} class="sample-cell sample-cell-empty" />
        ) : (
          <div key={index}>
            <svg class="sample-cell" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={describePicture(index)}>
              <image
                data-href={NOISE}
                x={-index * width}
                width={count * width}
                height={height}
                preserveAspectRatio="none"
              />
            </svg>
            <Caption index={index} />
          </div>
        ),
      )}
    </div>
  );
}

/** The tutorial's symbols. */

export const Xt = () => <Formula>{sub('x', 't')}</Formula>;

export const XT = () => <Formula>{sub('x', 'T')}</Formula>;

const HAT = (
  <mover accent>
    <mi>x</mi>
    <mo>^</mo>
  </mover>
);

export const PredictedX0 = () => <Formula>{sub(HAT, '0')}</Formula>;

/** Takes a picture of a sampling as the one to start from. */

/** Its class stays chosen, and a start that needs no picture becomes one that does. */
export function takePicture(made: Run, index: number): void {
  const { x, masks } = made.frames.at(made.frames.last)!;
  const plane = made.shape[1] * made.shape[2];
  choose({
    kind: 'made',
    pixels: picture(x, made.shape, index),
    shape: made.shape,
    mask: masks?.subarray(index * plane, (index + 1) * plane),
    name: `picture ${index + 1}, ${describeSeed(made, index)}`,
  });
  const { start } = draft.peek();
  const label = made.labels?.[index];
  change({
    start: needsPicture(start) ? start : 'fill',
    labels: label === undefined ? [] : [label],
  });
}

export function Panels() {
  return (
    <div class="sample-panels">
      <Panel kind="x" title={<Xt />} words="the noisy picture" />
      <Panel kind="x0" title={<PredictedX0 />} words="the estimated picture" />
      {import.meta.env.SSR && <script data-part={BODY} />}
    </div>
  );
}

interface PanelProps {
  kind: 'x' | 'x0';
  title: ComponentChildren;
  words: string;
}

function Panel({ kind, title, words }: PanelProps) {
  const { ref, width, ratio } = useBox();
  return (
    <section class={`sample-panel grid slim gap-12 sample-panel-${kind}`} aria-label={words}>
      <header class="sample-panel-head">
        <h2>
          {title} <span>{words}</span>
        </h2>
      </header>
      <div class="sample-box slim" ref={ref}>
        {width > 0 ? <Pictures kind={kind} width={width} ratio={ratio} /> : <FirstPictures kind={kind} />}
      </div>
    </section>
  );
}

interface PicturesProps {
  kind: 'x' | 'x0';
  /** Of the panel, CSS pixels. */
  width: number;
  ratio: number;
}

function Pictures({ kind, width, ratio }: PicturesProps) {
  const { [kind]: batch, shape, count } = shown.value;
  useEffect(() => void bringNoise(), []);
  const large = enlarged.value;
  const indices = large === null ? Array.from({ length: count }, (_, i) => i) : [large];
  const size = { width: shape[2], height: shape[1] };
  const { columns, cell, gap } = panelGrid(indices.length, size, { width, ratio }, count);
  return (
    <div class="sample-grid" style={{ gridTemplateColumns: `repeat(${columns}, ${cell.width}px)`, gap: `${gap}px` }}>
      {indices.map((index) => (
        <Cell key={index} kind={kind} index={index} cell={cell} shape={shape} batch={batch} />
      ))}
    </div>
  );
}

interface CellProps {
  kind: 'x' | 'x0';
  index: number;
  /** CSS pixels. */
  cell: Extent;
  shape: ImageShape;
  batch: Uint8ClampedArray | null;
}

/** The right panel repeats the left one's buttons, so the keyboard reaches only the left ones. */
function Cell({ kind, index, cell, shape, batch }: CellProps) {
  const size = { width: `${cell.width}px`, height: `${cell.height}px` };
  const pixels = useMemo(() => batch && picture(batch, shape, index), [batch, shape, index]);
  if (!pixels) return <Place kind={kind} index={index} size={size} />;
  const pictured = describePicture(index);
  const label = kind === 'x' ? masked(pictured) : `Estimate of ${lowerFirst(masked(pictured))}`;
  const large = enlarged.value !== null;
  return (
    <div style={{ width: size.width }}>
      <button
        type="button"
        class="sample-cell"
        style={size}
        tabIndex={kind === 'x' ? undefined : -1}
        title={label}
        aria-label={`${label}: ${large ? 'show all' : 'enlarge'}`}
        onClick={() => {
          enlarged.value = large ? null : index;
        }}
      >
        <PictureCanvas pixels={pixels} shape={[...shape]} scale={cell.width / shape[2]} label={label} />
      </button>
      <Caption index={index} />
    </div>
  );
}

/** As large as the picture that is to come. */
function Place({ kind, index, size }: Pick<CellProps, 'kind' | 'index'> & { size: { width: string; height: string } }) {
  const empty = <span class="sample-cell sample-cell-empty" style={size} />;
  if (kind === 'x0') return empty;
  return (
    <div style={{ width: size.width }}>
      {empty}
      <Caption index={index} />
    </div>
  );
}

/** What the words are of, where the mask is on show in the picture's place. */
const masked = (words: string) =>
  look.value === 'masks' && run.value?.maskOutput ? `Mask of ${lowerFirst(words)}` : words;

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** Names the large picture, and leads to the others. */
export function EnlargedBar() {
  const index = enlarged.value;
  if (index === null) return null;
  const { count } = shown.value;
  const turn = (by: number) => {
    enlarged.value = (index + by + count) % count;
  };
  return (
    <div class="sample-enlarged line gap-4">
      <Button kind="quiet" icon="back" label="The previous picture" disabled={count < 2} onClick={() => turn(-1)} />
      <p class="number">{describePicture(index)}</p>
      <Button kind="quiet" icon="next" label="The next picture" disabled={count < 2} onClick={() => turn(1)} />
      <Button
        icon="brush"
        disabled={!run.value || busy.value || run.value.frames.last < 0}
        onClick={() => takePicture(run.value!, index)}
      >
        Start from it
      </Button>
      <Button
        kind="quiet"
        icon="cross"
        label="Show all pictures"
        onClick={() => {
          enlarged.value = null;
        }}
      />
    </div>
  );
}
