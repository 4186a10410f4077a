/** Asks the visitor for real pictures if the page has none for a model. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Progress } from '../../components/progress.tsx';
import { useDropTarget } from '../../components/use-drop-target.ts';
import { readFile } from '../../state/read-picture.ts';
import { sentence } from '../../store.ts';
import { PICTURES } from './plan.ts';
import { fitPicture, ownPool } from './pool.ts';
import { bringPool, info, reals, shippedDigits, takeShipped } from './state.ts';
import { Trouble } from './trouble.tsx';
import { ENOUGH } from './unusual.ts';

/** More would only fill the memory. */
const MOST = 1000;

export function OwnPictures(): JSX.Element {
  const id = useId();
  const [progress, setProgress] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const shape = info.value?.shape;
  const digits = shape?.join() === '1,28,28' && shippedDigits.value !== undefined;
  const told = trouble ?? (reals.value.state === 'failed' ? reals.value.message : null);

  const take = async (files: readonly File[]) => {
    if (!shape || files.length === 0) return;
    setTrouble(null);
    const pictures: { name: string; pixels: Uint8ClampedArray }[] = [];
    try {
      for (const [i, file] of files.slice(0, MOST).entries()) {
        setProgress(i / Math.min(files.length, MOST));
        const image = await readFile(file, file.name).catch(() => null);
        if (image) pictures.push({ name: file.name, pixels: fitPicture(image, shape) });
      }
      bringPool(ownPool(pictures, shape));
    } catch (error) {
      setTrouble(sentence(error));
    }
    setProgress(null);
  };

  const target = useDropTarget(({ files }) => void take([...files]));

  return (
    <section class="game-own" aria-labelledby={`${id}-title`} {...target}>
      <h2 id={`${id}-title`}>Bring real pictures</h2>
      <p>
        The page has no real pictures for this model. Drop some of its training pictures here, or pick them: at least{' '}
        {PICTURES}, better {ENOUGH} or more. They are cut to a square, averaged down to {shape?.[1]} × {shape?.[2]}{' '}
        pixels, and stay on this page.
      </p>
      {progress === null ? (
        <div class="game-own-buttons">
          <label class="button game-pick">
            <Icon name="folder" />
            Pick pictures
            <input
              type="file"
              class="hidden"
              accept="image/*"
              multiple
              onChange={({ currentTarget }) => void take([...(currentTarget.files ?? [])])}
            />
          </label>
          {digits && <Button onClick={takeShipped}>Use the page’s real digits</Button>}
        </div>
      ) : (
        <Progress label="Reading pictures" value={progress} />
      )}
      <Trouble text={told} />
    </section>
  );
}
