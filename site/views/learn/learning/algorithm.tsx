/** Algorithm 1, the current line lit. */
import type { JSX } from 'preact';
import { alphaBar, epsilon, Formula, less, letter, NO, root, row, sub } from '../../../components/math.tsx';
import { readable } from '../../forward/state/numbers.ts';
import { batch, cloud, LINES, type Line, line, losses } from './state.ts';

const theta = sub('ε', 'θ');
const noisy = <mrow data-symbol="xt">{row(root(alphaBar), sub('x', '0'), '+', root(less(alphaBar)), epsilon)}</mrow>;

const FORMULAS: Record<Line, JSX.Element> = {
  repeat: <Formula>{row(<mtext>repeat</mtext>)}</Formula>,
  picture: <Formula>{row(sub('x', '0'), '∼', <mtext>the data: one point</mtext>)}</Formula>,
  time: <Formula>{row(letter('t'), '∼', <mtext>1 … T: one timestep</mtext>)}</Formula>,
  noise: <Formula>{row(epsilon, '∼', <mi mathvariant="normal">𝒩</mi>, '(', <mn>0</mn>, ',', <mi>I</mi>, ')')}</Formula>,
  descend: (
    <Formula>
      {row('‖', epsilon, '−', theta, '(', noisy, ',', letter('t'), ')')}
      <msup>
        <mo stretchy={NO}>‖</mo>
        <mn>2</mn>
      </msup>
    </Formula>
  ),
  until: <Formula>{row(<mtext>until it is good enough</mtext>)}</Formula>,
};

/** What the line has just drawn, of the point that the plane shows. */
function drawn(of: Line): string {
  const now = batch.value;
  if (of === 'descend' && losses.value.length > 0) return `loss ${readable(losses.value.at(-1)!, 3)}`;
  if (of === 'repeat') return `${cloud.value.steps} times so far`;
  if (!now) return '';
  const pair = (values: Float32Array) => `(${readable(values[0]!, 2)}, ${readable(values[1]!, 2)})`;
  const lit = LINES.indexOf(line.value);
  if (LINES.indexOf(of) > lit) return '';
  if (of === 'picture') return pair(now.x0);
  if (of === 'time') return `t = ${now.times[0]! + 1}`;
  if (of === 'noise') return pair(now.epsilon);
  return '';
}

export function Algorithm(): JSX.Element {
  return (
    <ol class="learn-algorithm" aria-label="Algorithm 1, training">
      {LINES.map((one, i) => (
        <li
          key={one}
          class={i > 0 && i < LINES.length - 1 ? 'learn-line row between learn-line-inside' : 'learn-line row between'}
          aria-current={one === line.value ? 'step' : undefined}
        >
          <span>
            {one === 'descend' && 'correct θ a little, to shrink '}
            {FORMULAS[one]}
          </span>
          <span class="number">{drawn(one)}</span>
        </li>
      ))}
    </ol>
  );
}
