/** The tutorial's symbols. */
import type { JSX } from 'preact';

export const Xt = (): JSX.Element => (
  <math>
    <msub>
      <mi>x</mi>
      <mi>t</mi>
    </msub>
  </math>
);

export const XT = (): JSX.Element => (
  <math>
    <msub>
      <mi>x</mi>
      <mi>T</mi>
    </msub>
  </math>
);

export const PredictedX0 = (): JSX.Element => (
  <math>
    <msub>
      <mover accent>
        <mi>x</mi>
        <mo>^</mo>
      </mover>
      <mn>0</mn>
    </msub>
  </math>
);
