/** Takes one kind of a lecturer's pictures: files, a folder or a ZIP archive, dropped or chosen. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Progress } from '../../../components/progress.tsx';
import { useDropTarget } from '../../../components/use-drop-target.ts';
import { sentence } from '../../../state/store.ts';
import { type Dropped, filesOfDrop } from '../../model/drop.ts';
import { Picker } from '../intro/picker.tsx';
import { Trouble } from '../intro/trouble.tsx';
import type { OwnPicture } from './own-round.ts';
import { type Incoming, readOwn } from './read-own.ts';

export interface OwnZoneProps {
  /** "real pictures" */
  name: string;
  pictures: readonly OwnPicture[];
  onPictures: (pictures: OwnPicture[]) => void;
}

const LIMITS = { action: 'read the pictures', rule: 'they must be one folder of pictures' };

export function OwnZone({ name, pictures, onPictures }: OwnZoneProps): JSX.Element {
  const id = useId();
  const [progress, setProgress] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [leftOut, setLeftOut] = useState(0);

  const take = async (files: Promise<Incoming[]> | Incoming[]) => {
    setTrouble(null);
    setProgress(0);
    try {
      const read = await readOwn(await files, setProgress);
      setLeftOut(read.leftOut);
      onPictures(read.pictures);
    } catch (error) {
      setTrouble(sentence(error));
      onPictures([]);
    }
    setProgress(null);
  };

  const target = useDropTarget((dropped) => void take(filesOfDrop(dropped as Dropped, LIMITS)));

  return (
    <section class="game-own grid gap-12" aria-labelledby={`${id}-title`} {...target}>
      <h3 id={`${id}-title`}>Your {name}</h3>
      {progress === null ? (
        <div class="game-own-buttons">
          <Picker id={`${id}-title`} label="Choose files or a ZIP" accept="image/*,.zip" onFiles={take} />
          <Picker id={`${id}-title`} folder label="Choose a folder" onFiles={take} />
        </div>
      ) : (
        <Progress label={`Reading ${name}`} value={progress} />
      )}
      <p class="muted" aria-live="polite">
        {pictures.length === 0 ? 'Or drop them here.' : countOf(pictures)}
        {leftOut > 0 && ` ${leftOut} other file${leftOut === 1 ? '' : 's'} left out.`}
      </p>
      {pictures.length > 0 && (
        <Button kind="quiet" icon="cross" onClick={() => onPictures([])}>
          Remove
        </Button>
      )}
      <Trouble text={trouble} />
    </section>
  );
}

function countOf(pictures: readonly OwnPicture[]): string {
  const [{ width, height }] = pictures as [OwnPicture];
  return `${pictures.length} picture${pictures.length === 1 ? '' : 's'}, ${width} × ${height} pixels.`;
}
