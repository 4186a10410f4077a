/** One phantom at several sizes: what is left of it, and what it costs. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Card } from '../../../../components/card.tsx';
import { useInTurn } from '../../../../components/later.tsx';
import { Slider } from '../../../../components/slider.tsx';
import type { Rgba } from '../../../../state/picture.ts';
import { grouped } from '../../../forward/state/numbers.ts';
import { Panel } from '../../panel.tsx';
import { size, small } from '../hands/state.ts';

/** What can still be made out of this phantom, by side. */
export const SIZES: readonly { side: number; seen: string }[] = [
  { side: 8, seen: 'a bright spot' },
  { side: 16, seen: 'a hand, perhaps' },
  { side: 32, seen: 'fingers and bones' },
  { side: 64, seen: 'growth plates, as gaps; no letter can be read' },
  { side: 128, seen: 'the shape of each bone, and the large letter' },
  { side: 256, seen: 'the small letters, and the grain of the film' },
];

export function Resize({ large: given }: { large: Rgba | undefined }): JSX.Element {
  const large = useInTurn(given);
  const place = SIZES.findIndex(({ side }) => side === size.value);
  const { side, seen } = SIZES[place]!;
  return (
    <Card title="Smaller" class="grid gap-16">
      <p>
        The resolution of the radiographs is huge, and the work of every step grows with the number of pixels. So the
        notebook makes them 64 × 64. A new pixel is the mean of the area that it covers: what is smaller than that is
        gone, and no model can learn it.
      </p>
      <Slider
        label="Size"
        value={place}
        min={0}
        max={SIZES.length - 1}
        format={(value) => `${SIZES[value]!.side} × ${SIZES[value]!.side} pixels`}
        onInput={(value) => {
          size.value = SIZES[value]!.side;
        }}
      />
      <div class="learn-data-pair">
        <Full large={given} />
        <Panel title="Smaller" words={`${side} × ${side}`} values={large && small.value} shape={[1, side, side]} />
      </div>
      <p class="learn-verdict" aria-live="polite">
        {grouped(side * side)} numbers a picture. Still to be seen: {seen}.
      </p>
      <p class="field-hint">
        Twice the side is four times the numbers, and about four times the work of each step. Attention between all
        places would cost sixteen times as much.
      </p>
    </Card>
  );
}

/** It is gray, and has that size. */
function Full({ large: given }: { large: Rgba | undefined }): JSX.Element {
  const large = useInTurn(given);
  const pixels = useMemo(() => {
    if (!large) return undefined;
    const gray = new Uint8ClampedArray(large.width * large.height);
    for (let i = 0; i < gray.length; i++) gray[i] = large.data[4 * i]!;
    return gray;
  }, [large]);
  return <Panel title="Phantom" words="256 × 256" pixels={pixels} shape={[1, 256, 256]} />;
}
