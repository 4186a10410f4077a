/** The pictures to choose from: those that were sampled last out of noise, and the visitor's own file. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { PictureFileButton, useDrop } from '../../../components/picture-file.tsx';
import { readFile } from '../../../state/read-picture.ts';
import { announce, current, sentence } from '../../../state/store.ts';
import { picture } from '../state/layout.ts';
import { lookOf } from '../state/look.ts';
import { choose, fileTrouble } from '../state/start-state.ts';
import { type Run, sampled } from '../state/state.ts';

const THUMB = 44;

export interface ThumbnailsProps {
  legend: string;
  /** Index of the chosen one, -1 for none. */
  chosen: number;
  onChoose: (index: number, made: Run) => void;
}

export function Thumbnails({ legend, chosen, onChoose }: ThumbnailsProps): JSX.Element {
  const made = sampled.value;
  const all = useMemo(() => {
    if (!made) return [];
    const { x } = made.frames.at(made.frames.last)!;
    return Array.from({ length: made.parameters.count }, (_, i) =>
      lookOf(made, { x: picture(x, made.shape, i) }, 'pictures'),
    );
  }, [made]);
  return (
    <fieldset class="start-thumbs">
      <legend>{legend}</legend>
      {made === null && <p class="field-hint">Sample some pictures out of noise first.</p>}
      <div class="row gap-8">
        {made &&
          all.map(({ pixels, shape }, i) => (
            <button
              key={String(i)}
              type="button"
              class="start-thumb"
              aria-pressed={i === chosen}
              aria-label={`Picture ${i + 1}, seed ${made.parameters.seed + i}`}
              title={`Picture ${i + 1}, seed ${made.parameters.seed + i}`}
              onClick={() => onChoose(i, made)}
            >
              <span aria-hidden="true">
                <PictureCanvas
                  pixels={pixels}
                  shape={shape}
                  scale={THUMB / Math.max(made.shape[1], made.shape[2])}
                  label=""
                />
              </span>
            </button>
          ))}
      </div>
    </fieldset>
  );
}

/** A file, chosen or dropped anywhere on the page. A model that draws masks goes on from pictures with masks alone. */
export const OwnFile = (): JSX.Element =>
  current.value.maskOutput ? (
    <p class="field-hint">
      This model draws a mask with each picture, and a file has none: it goes on from its own pictures.
    </p>
  ) : (
    <ChosenFile />
  );

function ChosenFile(): JSX.Element {
  useDrop(take);
  return (
    <div class="start-file row">
      <PictureFileButton onFile={take} />
      <p class="field-hint">Cut and scaled to the model’s size. It stays on this page.</p>
      {fileTrouble.value && (
        <p class="field-error" role="alert">
          {fileTrouble.value}
        </p>
      )}
    </div>
  );
}

async function take(file: File): Promise<void> {
  try {
    choose({ kind: 'file', image: await readFile(file, file.name), name: 'your picture' });
    announce(`${file.name} is shown.`);
  } catch (error) {
    fileTrouble.value = sentence(error);
  }
}
