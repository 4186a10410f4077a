/** One picture of a row, with its symbol; nothing inside as long as it is not computed. */
import type { ImageShape } from '@onnoise/scheduler/model';
import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { toBytes } from '../../state/pixels.ts';

export interface PanelProps {
  title: ComponentChildren;
  /** In words, for screen readers as well. */
  words: string;
  /** [C, H, W]; null: not there yet. */
  values?: Float32Array | null | undefined;
  /** The same as bytes, in place of values. */
  pixels?: Uint8ClampedArray | undefined;
  shape: ImageShape;
  /** Values are divided by it: 1 for pictures, 2 for noise, which reaches further. */
  range?: number;
  /** It was made just now. */
  lit?: boolean;
  /** Row and column of a marked pixel. */
  mark?: readonly [number, number] | undefined;
  onPick?: (row: number, column: number) => void;
}

export function Panel(props: PanelProps): JSX.Element {
  const { title, words, values, pixels, shape, range = 1, lit = false, mark, onPick } = props;
  const bytes = useMemo(
    () => pixels ?? (values && toBytes(range === 1 ? values : values.map((v) => v / range))),
    [pixels, values, range],
  );
  const [, height, width] = shape;
  return (
    <figure class={lit ? 'learn-panel learn-panel-lit' : 'learn-panel'}>
      <figcaption>
        {title} <span>{words}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: sliders choose the pixel by keyboard */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        class={onPick ? 'learn-panel-frame learn-panel-pick' : 'learn-panel-frame'}
        onClick={(event) => {
          const { left, top, width: w, height: h } = event.currentTarget.getBoundingClientRect();
          const at = (share: number, size: number) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
          onPick?.(at((event.clientY - top) / h, height), at((event.clientX - left) / w, width));
        }}
      >
        {bytes && <PictureCanvas pixels={bytes} shape={shape} label={words} />}
        {mark && (
          <svg class="learn-panel-mark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <rect x={mark[1]} y={mark[0]} width={1} height={1} />
          </svg>
        )}
      </div>
    </figure>
  );
}
