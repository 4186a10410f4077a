/** How many of the drawn values are the rare ones, with either error, beside the data. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { grouped, percent } from '../../../forward/state/numbers.ts';
import { DRAWN, drawnShare } from './two-camps.ts';

export function Shares({ share }: { share: number }): JSX.Element {
  const [drawn, setDrawn] = useState<{ l2: number; l1: number }>();
  useEffect(() => {
    let left = false;
    const draw = async () => {
      const [l2, l1] = [await drawnShare('l2', share), await drawnShare('l1', share)];
      if (!left) setDrawn({ l2, l1 });
    };
    void draw();
    return () => {
      left = true;
    };
  }, [share]);
  return (
    <div class="grid gap-8">
      <p>
        Sampling asks for the guess again and again, so it ends where the guesses lead. {grouped(DRAWN)} values were
        drawn from noise by a perfect network of either kind. Rare ones among them:
      </p>
      <dl class="learn-errors-shares">
        <Share name="in the data" share={share} />
        <Share name="drawn with L2" share={drawn?.l2} />
        <Share name="drawn with L1" share={drawn?.l1} />
      </dl>
    </div>
  );
}

function Share({ name, share }: { name: string; share: number | undefined }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <meter min={0} max={0.5} value={share ?? 0} aria-label={`Rare ones ${name}`} />
        <span class="number">{share === undefined ? '…' : percent(share)}</span>
      </dd>
    </div>
  );
}
