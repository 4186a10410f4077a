/** Algorithm 2, the current line lit, each with the numbers of one pixel. */
import type { PredictionType } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { alphaBar, Formula, fraction, less, letter, root, row, sub } from '../../../components/math.tsx';
import { hat } from '../symbols.tsx';
import { LINES, type Line } from './lines.ts';
import { numbersOf } from './numbers.ts';
import { form, pixel, walk } from './state.ts';

const FORMS: Record<PredictionType, { guess: JSX.Element; picture: JSX.Element }> = {
  epsilon: {
    guess: hat('ε'),
    picture: fraction(row(sub('x', 't'), '−', root(less(alphaBar)), hat('ε')), root(alphaBar)),
  },
  sample: { guess: hat('x', '0'), picture: hat('x', '0') },
  flow_prediction: { guess: hat('u'), picture: row(sub('x', 't'), '−', <mi>σ</mi>, hat('u')) },
  v_prediction: {
    guess: hat('v'),
    picture: row(root(alphaBar), sub('x', 't'), '−', root(less(alphaBar)), hat('v')),
  },
};

/** In words, after the formula. */
const REMARKS: Partial<Record<Line, string>> = { picture: ', cut to −1\u00a0…\u00a01', noise: ', or 0 at the end' };

function formulaOf(line: Line, as: PredictionType): JSX.Element {
  const { guess, picture } = FORMS[as];
  switch (line) {
    case 'start':
      return row(sub('x', 'T'), '∼', row(<mi mathvariant="normal">𝒩</mi>, '(', <mn>0</mn>, ',', <mi>I</mi>, ')'));
    case 'loop':
      return row(<mtext>for each t, from T down:</mtext>);
    case 'ask':
      return row(guess, '←', <mtext>network</mtext>, '(', sub('x', 't'), ',', letter('t'), ')');
    case 'picture':
      return row(hat('x', '0'), '←', picture);
    case 'mean':
      return row(letter('μ'), '←', <mi>a</mi>, sub('x', 't'), '+', <mi>b</mi>, hat('x', '0'));
    case 'noise':
      return row(letter('z'), '∼', <mi mathvariant="normal">𝒩</mi>, '(', <mn>0</mn>, ',', <mi>I</mi>, ')');
    case 'move':
      return row(<mtext>next x</mtext>, '←', letter('μ'), '+', letter('σ'), letter('z'));
    case 'end':
      return row(<mtext>{'return\u00a0'}</mtext>, sub('x', '0'));
  }
}

export function Algorithm({ width }: { width: number }): JSX.Element {
  const now = walk.value;
  const [r, c] = pixel.value;
  const lit = now ? LINES.indexOf(now.line) : -1;
  return (
    <ol class="learn-algorithm" aria-label="Algorithm 2, sampling">
      {LINES.map((line, i) => {
        const numbers = now && (i <= lit || now.line === 'end') && numbersOf(line, now, r * width + c, form.value);
        const inside = i > 1 && line !== 'end';
        return (
          <li
            key={line}
            class={inside ? 'learn-line row between learn-line-inside' : 'learn-line row between'}
            aria-current={i === lit ? 'step' : undefined}
          >
            <span>
              <Formula>{formulaOf(line, form.value)}</Formula>
              {REMARKS[line]}
            </span>
            <span class="number">{numbers || ''}</span>
          </li>
        );
      })}
    </ol>
  );
}
