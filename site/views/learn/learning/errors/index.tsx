/** L1 or L2: what each error makes of answers that do not agree, and what sampling makes of that. */

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Card } from '../../../../components/card.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { percent, readable } from '../../../forward/state/numbers.ts';
import { Cite } from '../../cite.tsx';
import { useReading } from '../../readings.ts';
import { Drawing, REACH } from './drawing.tsx';
import './errors.css';
import { ANSWERS, camps, meanOf, medianOf, withOutlier } from './losses.ts';
import { Shares } from './shares.tsx';

type Case = 'outlier' | 'camps';

export function Errors(): JSX.Element {
  const [shown, setShown] = useState<Case>('outlier');
  const [outlier, setOutlier] = useState(0.6);
  const [rare, setRare] = useState(6);
  const answers = useMemo(() => (shown === 'outlier' ? withOutlier(outlier) : camps(rare)), [shown, outlier, rare]);
  useReading('camps', { right: shown === 'camps' ? rare : null }, ({ right }) => {
    if (right == null) return;
    setShown('camps');
    setRare(right);
  });
  const [mean, median] = [meanOf(answers), medianOf(answers)];
  return (
    <Card title="Which error: L2 or L1?" class="grid gap-16">
      <p>
        The same noisy pixel can come from several pictures, so several answers are right, each at times. The network
        has to say one number. L2 takes the mean of the squares, and is smallest at the mean of the answers. L1 takes
        the mean of the distances, and is smallest at their median.
      </p>
      <Segmented<Case>
        label="Answers"
        value={shown}
        options={[
          { value: 'outlier', label: 'One outlier' },
          { value: 'camps', label: 'Two camps' },
        ]}
        onChange={setShown}
      />
      <div class="learn-errors-row">
        <div class="grid gap-8">
          <Drawing answers={answers} onMove={shown === 'outlier' ? setOutlier : undefined} />
          <p class="learn-lines small">
            <span class="learn-errors-key-l2">L2, smallest at the mean</span>
            <span class="learn-errors-key-l1">L1, smallest at the median</span>
          </p>
        </div>
        <div class="grid gap-16 learn-errors-side">
          {shown === 'outlier' ? (
            <Slider
              label="The outlier"
              value={outlier}
              min={-REACH}
              max={REACH}
              step={0.05}
              format={(value) => readable(value, 2)}
              hint="Or drag it in the figure."
              onInput={setOutlier}
            />
          ) : (
            <Slider
              label="Answers in the right camp"
              value={rare}
              min={1}
              max={ANSWERS / 2}
              format={(value) => `${value} of ${ANSWERS}, ${percent(value / ANSWERS)}`}
              onInput={setRare}
            />
          )}
          <p class="learn-verdict" aria-live="polite">
            Mean {readable(mean, 2)}, median {readable(median, 2)}.{' '}
            {shown === 'outlier'
              ? 'The mean goes along with the outlier. The median does not care how far away it is.'
              : rare * 2 === ANSWERS
                ? 'Half and half: the mean is where no answer is, and L1 is the same for every guess between the camps.'
                : 'The mean is where no answer is, but it says how many are in each camp. The median knows only the larger camp.'}
          </p>
          {shown === 'camps' && <Shares share={rare / ANSWERS} />}
        </div>
      </div>
      <p>
        The lecture’s notebook takes L1. The authors of DDPM (<Cite of="ho2020" />) take L2, as the training loop above
        does. So does this page, and <code>pipeline train</code> unless it is told <code>--loss l1</code>, as the preset{' '}
        <code>tutorial</code> is. The reason is the second case: a step of sampling needs the mean of what the picture
        may have been, and only L2 learns it. Where the answers lie evenly around their middle, both learn the same, so
        hands come out with L1 too.
      </p>
    </Card>
  );
}
