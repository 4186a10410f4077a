/** The classes of masks: a patch of colour beside a name. */
import { classColours } from '@onnoise/scheduler/model';
import { useMemo } from 'preact/hooks';

export const cssColours = (count: number): string[] => classColours(count).map((rgb) => `rgb(${rgb.join(' ')})`);

export const Swatch = ({ colour }: { colour: string }) => <span class="swatch" style={{ background: colour }} />;

/** What the colours of a mask stand for. */
export function ClassLegend({ classes }: { classes: readonly string[] }) {
  const colours = useMemo(() => cssColours(classes.length), [classes]);
  return (
    <ul class="class-legend muted small" aria-label="Classes of the masks">
      {classes.map((name, k) => (
        <li key={name} class="line gap-8">
          <Swatch colour={colours[k]!} />
          {name}
        </li>
      ))}
    </ul>
  );
}
