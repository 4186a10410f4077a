/** The picture that the network is told, for models that are told one. */
import type { JSX } from 'preact';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { PictureFileButton } from '../../../components/picture-file.tsx';
import { useDropTarget } from '../../../components/use-drop-target.ts';
import { readFile } from '../../../state/read-picture.ts';
import { announce, sentence } from '../../../state/store.ts';
import { toldFile, toldPicture, toldSpec, toldTrouble } from '../state/told-state.ts';

/** Of the picture's sides, CSS pixels. */
const LONGEST = 224;

export function PictureField(): JSX.Element | null {
  const [channels, height, width] = toldSpec.value!.shape;
  const target = useDropTarget(({ files: [file] }) => {
    if (file) void take(file);
  });
  const chosen = toldPicture.value;
  if (channels !== 1 && channels !== 3) return null; // what is missing says the card
  return (
    <section class="draw-picture grid top gap-16" aria-label="The picture to tell it" {...target}>
      {chosen ? (
        <PictureCanvas
          class="start-picture"
          pixels={chosen.pixels}
          shape={chosen.shape}
          scale={LONGEST / Math.max(height, width)}
          label={`What the network is told: ${chosen.name}`}
        />
      ) : (
        <div class="draw-nothing" style={{ width: `${LONGEST}px`, aspectRatio: `${width} / ${height}` }} />
      )}
      <div class="grid top slim gap-8">
        <PictureFileButton onFile={take} />
        <p class="field-hint">
          Cut and scaled to {width} × {height} pixels{channels === 1 ? ', in gray' : ''}. It stays on this page.
        </p>
        {toldTrouble.value && (
          <p class="field-error" role="alert">
            {toldTrouble.value}
          </p>
        )}
      </div>
    </section>
  );
}

async function take(file: File): Promise<void> {
  try {
    toldFile.value = { name: file.name, image: await readFile(file, file.name) };
    toldTrouble.value = null;
    announce(`${file.name} is shown.`);
  } catch (error) {
    toldTrouble.value = sentence(error);
  }
}
