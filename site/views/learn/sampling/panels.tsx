/** The pictures of a step, in the order in which they are made. */
import type { PredictionType } from '@onnoise/scheduler';
import type { ImageShape } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { Formula, letter, row, sub } from '../../../components/math.tsx';
import { Panel } from '../panel.tsx';
import { hat } from '../symbols.tsx';
import { isThere, type Line } from './lines.ts';
import { form, pixel, walk } from './state.ts';

const GUESS: Record<PredictionType, { symbol: JSX.Element; words: string; range: number }> = {
  epsilon: { symbol: hat('ε'), words: 'guessed noise', range: 2 },
  sample: { symbol: hat('x', '0'), words: 'guess, not cut yet', range: 1 },
  v_prediction: { symbol: hat('v'), words: 'guessed velocity', range: 2 },
  flow_prediction: { symbol: hat('u'), words: 'guessed velocity', range: 2 },
};

export function Panels({ shape }: { shape: ImageShape }): JSX.Element {
  const now = walk.value;
  const step = now?.step;
  const line = now?.line ?? 'start';
  const { symbol, words, range } = GUESS[form.value];
  const from = (of: Line, values: Float32Array | null | undefined) => (isThere(of, line) && values ? values : null);
  const common = {
    shape,
    mark: pixel.value,
    onPick: (r: number, c: number) => {
      pixel.value = [r, c];
    },
  };
  const lit = (of: Line) => line === of;
  return (
    <div class="learn-panels">
      <Panel
        {...common}
        title={<Formula>{sub('x', 't')}</Formula>}
        words="noisy picture"
        values={step?.x ?? now?.x}
        lit={lit('start') || lit('loop')}
      />
      <Panel
        {...common}
        title={<Formula>{symbol}</Formula>}
        words={words}
        values={from('ask', step?.forms[form.value])}
        range={range}
        lit={lit('ask')}
      />
      <Panel
        {...common}
        title={<Formula>{hat('x', '0')}</Formula>}
        words="guessed picture"
        values={from('picture', step?.x0)}
        lit={lit('picture')}
      />
      <Panel
        {...common}
        title={<Formula>{letter('μ')}</Formula>}
        words="mean"
        values={from('mean', step?.mean)}
        lit={lit('mean')}
      />
      <Panel
        {...common}
        title={<Formula>{row(<mi>σ</mi>, letter('z'))}</Formula>}
        words="fresh noise"
        values={from(
          'noise',
          step?.z.map((value) => value * step.sigma),
        )}
        lit={lit('noise')}
      />
      <Panel
        {...common}
        title={<Formula>{line === 'end' ? sub('x', '0') : row(<mtext>next x</mtext>)}</Formula>}
        words={line === 'end' ? 'the picture' : 'less noisy'}
        values={from('move', step?.result)}
        lit={lit('move') || lit('end')}
      />
    </div>
  );
}
