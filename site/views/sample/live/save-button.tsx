import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { toast } from '../../../components/toast.tsx';
import type { LiveFacts } from '../../../state/model-line.ts';
import { noticeOf } from '../../../state/phantoms.ts';
import { saveFile } from '../files/download.ts';
import { type Drawn, drawn } from './live.ts';
import { describeWanted, fileStem } from './wanted.ts';

/** The picture on show as a file, which says how it was made. */
export function SaveButton({ facts }: { facts: LiveFacts }): JSX.Element {
  const [working, setWorking] = useState(false);
  const shown = drawn.value;
  const save = async ({ model, wanted, x, masks }: Drawn) => {
    setWorking(true);
    const notice = noticeOf(model);
    const text = {
      Software: 'Onnoise',
      ...(notice !== undefined && { Warning: notice }),
      Comment: `model ${model.id}, ${describeWanted(facts, wanted)}`.replace(/[^\x20-\x7e]/g, '?'),
    };
    try {
      const { stillPng } = await import('../files/animation.ts');
      const bytes = await stillPng(model, { x, ...(masks && { masks: Uint8Array.from(masks) }) }, text);
      saveFile(new Blob([bytes], { type: 'image/png' }), `${fileStem(model.id, wanted)}.png`);
    } catch (error) {
      toast(`The file could not be made: ${(error as Error).message}`, 'error');
    } finally {
      setWorking(false);
    }
  };
  return (
    <Button icon="download" disabled={!shown || working} onClick={() => save(shown!)}>
      PNG
    </Button>
  );
}
