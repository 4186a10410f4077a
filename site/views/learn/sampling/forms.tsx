/** One guess in three forms, and a switch between them. */
import type { PredictionType } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { Card } from '../../../components/card.tsx';
import { alphaBar, Formula, less, root, row, sub } from '../../../components/math.tsx';
import { predictedQuantity } from '../../../components/prediction-words.ts';
import { Segmented } from '../../../components/segmented.tsx';
import { readable } from '../../forward/state/numbers.ts';
import { hat } from '../symbols.tsx';
import { form, pixel, walk } from './state.ts';

export function FormChoice({ prediction }: { prediction: PredictionType | undefined }): JSX.Element {
  const step = walk.value?.step;
  const [r, c] = pixel.value;
  const at = step ? r * Math.sqrt(step.x.length) + c : 0;
  const number = (values: Float32Array | undefined) => (values ? readable(values[at]!, 3) : '–');
  return (
    <Card title="One guess, three forms" class="learn-forms grid gap-14">
      <p>
        The lecture’s network guesses the noise ε. The network of this page guesses{' '}
        {prediction && predictedQuantity(prediction)}
        {prediction === 'v_prediction' && ', a mixture of noise and picture'}; others guess the picture x₀. It is the
        same guess: x<sub>t</sub> and t are known, so each form gives the other two.
      </p>
      <Segmented<PredictionType>
        label="Show the guess as"
        value={form.value}
        options={[
          { value: 'epsilon', label: 'Noise ε' },
          { value: 'sample', label: 'Picture x₀' },
          { value: 'v_prediction', label: 'Velocity v' },
        ]}
        onChange={(value) => {
          form.value = value;
        }}
      />
      <dl class="learn-three grid gap-8">
        <div>
          <dt>
            <Formula>
              {row(sub('x', 't'), '=', root(alphaBar), hat('x', '0'), '+', root(less(alphaBar)), hat('ε'))}
            </Formula>
          </dt>
          <dd class="number">
            {step
              ? `${number(step.x)} = ${readable(step.signal)} · ${number(step.forms.sample)} + ${readable(step.noise)} · ${number(step.forms.epsilon)}`
              : 'not asked yet'}
          </dd>
        </div>
        <div>
          <dt>
            <Formula>{row(hat('v'), '=', root(alphaBar), hat('ε'), '−', root(less(alphaBar)), hat('x', '0'))}</Formula>
          </dt>
          <dd class="number">
            {step
              ? `${number(step.forms.v_prediction)} = ${readable(step.signal)} · ${number(step.forms.epsilon)} − ${readable(step.noise)} · ${number(step.forms.sample)}`
              : 'not asked yet'}
          </dd>
        </div>
      </dl>
    </Card>
  );
}
