/** Asks the visitor for real pictures if the page has none for a model. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Progress } from '../../../components/progress.tsx';
import { toast } from '../../../components/toast.tsx';
import { useDropTarget } from '../../../components/use-drop-target.ts';
import type { Rgba } from '../../../state/picture.ts';
import { sentence } from '../../../state/store.ts';
import type { Incoming } from '../../model/arrange.ts';
import { type DropLimits, type Dropped, type Listed, listDrop } from '../../model/drop.ts';
import { readEach } from '../../model/read-each.ts';
import { ENOUGH } from '../measures/unusual.ts';
import { PICTURES } from '../rules/plan.ts';
import { ownPixels, ownPool } from '../rules/pool.ts';
import type { Subject } from '../rules/subject.ts';
import { bringPool, reals, shapeOfPictures, shippedDigits, takeShipped } from '../state/state.ts';
import { Picker } from './picker.tsx';
import { SubjectChoice } from './subject-choice.tsx';
import { Trouble } from './trouble.tsx';

/** More would only fill the memory. */
const MOST = 1000;
/** Only names are read before the choice; a whole disk has more. */
const LIMITS: DropLimits = { action: 'read the pictures', rule: 'they must be one folder of pictures', most: 100_000 };

export function OwnPictures(): JSX.Element {
  const id = useId();
  const [subject, setSubject] = useState<Subject>('drawing');
  const [progress, setProgress] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const shape = shapeOfPictures.value;
  const digits = shape?.join() === '1,28,28' && shippedDigits.value !== undefined;
  const told = trouble ?? (reals.value.state === 'failed' ? reals.value.message : null);

  const take = async (files: Promise<Listed[]> | Listed[]) => {
    if (!shape) return;
    setTrouble(null);
    setProgress(0);
    let left = '';
    try {
      const keep = (image: Rgba, name: string) => ({ name, pixels: ownPixels(image, shape) });
      const read = await readEach(await files, MOST, keep, (done, total) => setProgress(done / total));
      if (read.leftOut !== null) left = `Left out: ${read.leftOut}.`;
      bringPool(ownPool(read.pictures, shape, subject));
      if (left !== '') toast(left, 'error');
    } catch (error) {
      setTrouble(`${sentence(error)} ${left}`.trim());
    }
    setProgress(null);
  };
  const takeChosen = (files: Incoming[]) => take(files.map(({ path, file }) => ({ path, open: async () => file })));

  const target = useDropTarget((dropped) => void take(listDrop(dropped as Dropped, LIMITS)));

  return (
    <section class="game-own grid gap-12" aria-labelledby={`${id}-title`} {...target}>
      <h2 id={`${id}-title`}>Bring real pictures</h2>
      <p>
        The page has no real pictures for this model. Drop a folder of the kind that it makes here, or pick files: at
        least {PICTURES}, better {ENOUGH} or more, and none that it was trained on. They are cut to its proportions,
        averaged down to {shape?.[2]} × {shape?.[1]} pixels, and stay on this page.
      </p>
      <SubjectChoice value={subject} onChange={setSubject} />
      {progress === null ? (
        <div class="game-own-buttons">
          <Picker id={`${id}-title`} label="Choose files" accept="image/*" onFiles={takeChosen} />
          <Picker id={`${id}-title`} folder label="Choose a folder" onFiles={takeChosen} />
          {digits && <Button onClick={takeShipped}>Use the page’s real digits</Button>}
        </div>
      ) : (
        <Progress label="Reading pictures" value={progress} />
      )}
      <Trouble text={told} />
    </section>
  );
}
