/** Many steps: the chain through all of them, and the jump. The forward process's own figure, with a slider for t. */
import type { JSX } from 'preact';
import { Notice } from '../../../components/notice.tsx';
import { Slider } from '../../../components/slider.tsx';
import { ChainDemo } from '../../forward/chain/demo.tsx';
import '../../forward/forward.css';
import '../../forward/stage.css';
import '../../forward/plots/plots.css';
import '../../forward/chain/chain.css';
import '../../forward/widths.css';
import { choice, moveTo, notice, t } from '../../forward/state/state.ts';

export function ChainAndJump(): JSX.Element {
  const { T } = choice.value;
  return (
    <div class="forward learn-chain">
      <Slider label="Many steps: t" value={t.value} min={0} max={T} format={(v) => `${v} of ${T}`} onInput={moveTo} />
      <ChainDemo />
      <Notice text={notice.value} />
    </div>
  );
}
