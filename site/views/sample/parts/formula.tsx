/** The tutorial's symbols. */
import type { JSX } from 'preact';
import { Formula, sub } from '../../../components/math.tsx';

export const Xt = (): JSX.Element => <Formula>{sub('x', 't')}</Formula>;

export const XT = (): JSX.Element => <Formula>{sub('x', 'T')}</Formula>;

const HAT = (
  <mover accent>
    <mi>x</mi>
    <mo>^</mo>
  </mover>
);

export const PredictedX0 = (): JSX.Element => <Formula>{sub(HAT, '0')}</Formula>;
