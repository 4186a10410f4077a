/** The phantoms of the chapter, and one of them made smaller until the hand is gone. */
import { computed, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Slider } from '../../../components/field.tsx';
import { useInTurn } from '../../../components/later.tsx';
import { fetchPhantoms, type Phantoms } from '../../../state/phantoms.ts';
import { fitPicture, type Rgba } from '../../../state/picture.ts';
import { fetchFile, pixelsOf } from '../../../state/read-picture.ts';
import { grouped } from '../../forward/state/numbers.ts';
import { Panel } from '../parts.tsx';

export interface Hands extends Phantoms {
  /** 256 pixels a side: see scripts/learn/draw-phantom.ts. */
  large: Rgba;
}

export const hands = signal<Hands | undefined>(undefined);

export async function fetchAll(): Promise<Hands> {
  const [phantoms, file] = await Promise.all([fetchPhantoms(), fetchFile('learn/phantom.webp', 'the hands')]);
  return { ...phantoms, large: await pixelsOf(await file.blob()) };
}

/** Pixels a side that the phantom is made smaller to. */
export const size = signal(64);

/** The phantom of that size, [size, size]; read by what shows it. */
export const small = computed(() => hands.value && fitPicture(hands.value.large, [1, size.value, size.value]));

/** What can still be made out of this phantom, by side. */
const SIZES: readonly { side: number; seen: string }[] = [
  { side: 8, seen: 'a bright spot' },
  { side: 16, seen: 'a hand, perhaps' },
  { side: 32, seen: 'fingers and bones' },
  { side: 64, seen: 'growth plates, as gaps; no letter can be read' },
  { side: 128, seen: 'the shape of each bone, and the large letter' },
  { side: 256, seen: 'the small letters, and the grain of the film' },
];

export function Resize({ large: given }: { large: Rgba | undefined }) {
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
      <div class="learn-data-pair grid gap-16">
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
function Full({ large: given }: { large: Rgba | undefined }) {
  const large = useInTurn(given);
  const pixels = useMemo(() => {
    if (!large) return undefined;
    const gray = new Uint8ClampedArray(large.width * large.height);
    for (let i = 0; i < gray.length; i++) gray[i] = large.data[4 * i]!;
    return gray;
  }, [large]);
  return <Panel title="Phantom" words="256 × 256" pixels={pixels} shape={[1, 256, 256]} />;
}
