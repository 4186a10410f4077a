/** How good a model is: the main figures of its evaluation, each beside real images and noise. */
import type { MainFigure } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';

/** Nothing for a model that was not evaluated. */
export function Figures({ figures = [] }: { figures?: readonly MainFigure[] | undefined }): JSX.Element | null {
  if (figures.length === 0) return null;
  return (
    <dl class="model-bar-figures" aria-label="How good it is">
      {figures.map(({ name, value, anchors }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number">
            <strong>{value}</strong>
            {anchors && <span> ({anchors})</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
