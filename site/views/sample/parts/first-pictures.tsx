/**
 * The places of the pictures in index.html, with their noise, until the panel knows its width. first-view/body.ts has the noise
 * fetched, for visitors of this view alone. The app leaves what stands there as it is; a view that is shown later has nothing in
 * their place, for it measures before it is painted.
 */

import { nextTask } from '@onnoise/runtime-web/parts';
import type { JSX } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { NOISE } from '../../../state/first-marks.ts';
import { standingHtml } from '../../../state/standing.ts';
import { shown } from '../state/state.ts';
import { describePicture } from '../state/told.ts';
import { Caption } from './caption.tsx';

export function FirstPictures({ kind }: { kind: 'x' | 'x0' }): JSX.Element | null {
  const [html] = useState(() => (import.meta.env.SSR ? '' : standingHtml(`.sample-panel-${kind} .sample-grid`)));
  useLayoutEffect(() => {
    if (html !== '') void nextTask().then(() => shown.peek()); // its noise takes a task, before that which draws it
  }, [html]);
  if (import.meta.env.SSR) return <Written kind={kind} />;
  // The markup is the page’s own, of this very element: Preact finds it unchanged, and leaves it.
  return html === '' ? null : <div class="sample-grid sample-first" dangerouslySetInnerHTML={{ __html: html }} />;
}

function Written({ kind }: { kind: 'x' | 'x0' }): JSX.Element {
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
