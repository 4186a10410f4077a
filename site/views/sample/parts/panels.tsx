/** x_t and the predicted x_0 side by side: all pictures in a grid, or one large. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { BODY } from '../../../state/first-marks.ts';
import type { ImageShape } from '../../../state/pixels.ts';
import { type Extent, picture } from '../state/layout.ts';
import { look } from '../state/look.ts';
import { panelGrid } from '../state/panel-grid.ts';
import { bringNoise, busy, enlarged, run, shown } from '../state/state.ts';
import { describePicture } from '../state/told.ts';
import { Caption } from './caption.tsx';
import { FirstPictures } from './first-pictures.tsx';
import { PredictedX0, Xt } from './formula.tsx';
import { takePicture } from './take.ts';
import { useBox } from './use-box.ts';

export function Panels(): JSX.Element {
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

function Panel({ kind, title, words }: PanelProps): JSX.Element {
  const { ref, width, ratio } = useBox();
  return (
    <section class={`sample-panel grid slim gap-12 sample-panel-${kind}`} aria-label={words}>
      <header class="sample-panel-head">
        <h2>
          {title} <span>{words}</span>
        </h2>
      </header>
      <div class="sample-box" ref={ref}>
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

function Pictures({ kind, width, ratio }: PicturesProps): JSX.Element {
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
function Cell({ kind, index, cell, shape, batch }: CellProps): JSX.Element {
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
function Place({
  kind,
  index,
  size,
}: Pick<CellProps, 'kind' | 'index'> & { size: { width: string; height: string } }): JSX.Element {
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
export function EnlargedBar(): JSX.Element | null {
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
