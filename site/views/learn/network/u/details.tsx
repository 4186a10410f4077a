/** What is open: the feature maps that a block gives, or those that travel along a skip. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Block } from './blocks.ts';
import type { Skip } from './skips.ts';
import { type Maps, paintMaps } from './thumb.tsx';
import { sheetSize } from './tiles.ts';

const COLUMNS = 16;

interface DetailsProps {
  block: Block;
  /** It is open, in place of the block that it begins at. */
  skip: Skip | undefined;
  /** undefined: not computed yet. */
  maps: Maps | undefined;
  /** The plan of a network that is not here: there are no maps. */
  plan: boolean;
}

export function Details({ block, skip, maps, plan }: DetailsProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { title, module, channels, side } = block;
  const { width, height } = sheetSize({ count: channels, height: side, width: side, columns: COLUMNS });
  useLayoutEffect(() => {
    if (maps && canvas.current) paintMaps(canvas.current, maps, COLUMNS);
  }, [maps, plan]);
  return (
    <figure class="learn-figure grid slim gap-8 learn-maps" aria-live="off">
      {!plan && (
        <canvas
          ref={canvas}
          class="picture"
          width={width}
          height={height}
          role="img"
          aria-label={`${maps?.dims[1] ?? channels} feature maps of ${module}`}
        />
      )}
      <figcaption>
        {skip ? (
          <Travels skip={skip} />
        ) : (
          <>
            <strong>{title}</strong>, <code>{module}</code>: {channels} feature maps.
            {!plan && ' Blue is negative, orange positive.'}
          </>
        )}
      </figcaption>
    </figure>
  );
}

/** In words, from where to where, and beside what. */
function Travels({ skip: { from, to, below } }: { skip: Skip }): JSX.Element {
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
