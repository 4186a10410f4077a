/** x_t and the predicted x_0 side by side: all pictures in a grid, or one large. */
import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import type { ImageShape } from '../../state/pixels.ts';
import { PredictedX0, Xt } from './formula.tsx';
import { crispGrid, picture } from './layout.ts';
import { takePicture } from './start/take.ts';
import { busy, describeSeed, enlarged, run, shown } from './state.ts';
import { caption, toldWords } from './told.ts';
import { useBox } from './use-box.ts';

/** CSS pixels, for three and four rows of cells of 84, which is three times a picture of 28. */
const HEIGHT = 3 * 84 + 2 * 6;
const TALL = 4 * 84 + 3 * 6;
const MANY = 12;
/** Smaller pictures say nothing, on a phone either. */
const LEAST = 72;

export function Panels(): JSX.Element {
  const { x, x0, shape, count } = shown.value;
  return (
    <div class="sample-panels">
      <Panel kind="x" title={<Xt />} words="the noisy picture" batch={x} shape={shape} count={count} />
      <Panel kind="x0" title={<PredictedX0 />} words="the estimated picture" batch={x0} shape={shape} count={count} />
    </div>
  );
}

interface PanelProps {
  kind: 'x' | 'x0';
  title: ComponentChildren;
  words: string;
  batch: Uint8ClampedArray | null;
  shape: ImageShape;
  count: number;
}

function Panel({ kind, title, words, batch, shape, count }: PanelProps): JSX.Element {
  const { ref, width, ratio } = useBox();
  const large = enlarged.value;
  const indices = large === null ? Array.from({ length: count }, (_, i) => i) : [large];
  const height = count > MANY ? TALL : HEIGHT;
  const least = indices.length > MANY ? 0 : LEAST;
  const { columns, side, gap } = crispGrid(
    indices.length,
    { width, height, ratio },
    Math.max(shape[1], shape[2]),
    least,
  );
  const grid = { gridTemplateColumns: `repeat(${columns}, ${side}px)`, gap: `${gap}px` };
  return (
    <section class={`sample-panel sample-panel-${kind}`} aria-label={words}>
      <header class="sample-panel-head">
        <h2>
          {title} <span>{words}</span>
        </h2>
      </header>
      <div class="sample-box" ref={ref}>
        {width > 0 && (
          <div class="sample-grid" style={grid}>
            {indices.map((index) => (
              <Cell key={index} kind={kind} index={index} side={side} shape={shape} batch={batch} />
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

interface CellProps {
  kind: 'x' | 'x0';
  index: number;
  side: number;
  shape: ImageShape;
  batch: Uint8ClampedArray | null;
}

/** The right panel repeats the left one's buttons, so the keyboard reaches only the left ones. */
function Cell({ kind, index, side, shape, batch }: CellProps): JSX.Element {
  const size = { width: `${side}px`, height: `${side}px` };
  const pixels = useMemo(() => batch && picture(batch, shape, index), [batch, shape, index]);
  if (!pixels) return <span class="sample-cell sample-cell-empty" style={size} />;
  const [, height, width] = shape;
  const label = kind === 'x' ? describePicture(index) : `Estimate of ${lowerFirst(describePicture(index))}`;
  const large = enlarged.value !== null;
  const told = caption(index);
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
        <PictureCanvas pixels={pixels} shape={[...shape]} scale={side / Math.max(height, width)} label={label} />
      </button>
      {told.length > 0 && (
        <p class="sample-caption number" aria-hidden="true">
          {told.map((part, i) => (
            <span key={part}>{i + 1 < told.length ? `${part},\u00a0` : part}</span>
          ))}
        </p>
      )}
    </div>
  );
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** `Picture 4, class 3, seed 173`; `Picture 4, class female, bone age 8 years 5 months, seed 173` */
export function describePicture(index: number): string {
  const made = run.value;
  return `Picture ${index + 1}${toldWords(index)}${made ? `, ${describeSeed(made, index)}` : ''}`;
}

/** Names the large picture, and leads to the others. */
export function EnlargedBar(): JSX.Element | null {
  const index = enlarged.value;
  if (index === null) return null;
  const { count } = shown.value;
  const turn = (by: number) => {
    enlarged.value = (index + by + count) % count;
  };
  return (
    <div class="sample-enlarged">
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
