/** The downloads and the link: the sheet, the animation, the address. */
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { copyText, toast } from '../../../components/toast.tsx';

import { linkTo } from '../../../state/store.ts';
import { saveFile } from '../files/download.ts';
import { look } from '../state/frames.ts';
import { encodeLink } from '../state/link.ts';
import { busy, position, type Run, run, timestepAt, unlinkable } from '../state/state.ts';

export function Results() {
  const [working, setWorking] = useState(false);
  const made = run.value;
  const off = !made || busy.value || working || made.frames.last < 0;
  const lost = made ? unlinkable(made) : undefined;
  const save = async (make: (made: Run) => Promise<SavedFile>, type = 'image/png') => {
    setWorking(true);
    try {
      const [bytes, name] = await make(made!);
      saveFile(new Blob([bytes], { type }), name);
    } catch (error) {
      toast(`The file could not be made: ${(error as Error).message}`, 'error');
    } finally {
      setWorking(false);
    }
  };
  return (
    <div class="sample-results gap-8">
      <Button icon="download" disabled={off} onClick={() => save(stillFile)}>
        PNG
      </Button>
      <Button icon="download" disabled={off} onClick={() => save(animationFile)}>
        Animation
      </Button>
      {made?.maskOutput && (
        <Button
          icon="download"
          title="Pictures and masks in files of their own, in a zip file"
          disabled={off}
          onClick={() => save(pairsFile, 'application/zip')}
        >
          Pairs
        </Button>
      )}
      <Button
        icon="link"
        disabled={!made || lost !== undefined}
        title={lost ? `A link cannot carry ${lost}` : undefined}
        onClick={() => copyLink(made!)}
      >
        Copy link
      </Button>
    </div>
  );
}

type SavedFile = [bytes: Uint8Array<ArrayBuffer>, name: string];

/** Fetched by the first press. */
const files = () => import('../files/animation.ts');

async function stillFile(made: Run): Promise<SavedFile> {
  const frame = made.frames.at(Math.max(position.peek(), 0))!;
  const t = timestepAt(made, frame.step);
  const { stillPng } = await files();
  return [await stillPng(made, frame, about(made)), fileName(made, t === 0 ? '' : `-t${t}`)];
}

async function animationFile(made: Run): Promise<SavedFile> {
  const { animatedPng } = await files();
  return [await animatedPng(made, look.peek(), about(made)), fileName(made, '-animation')];
}

async function pairsFile(made: Run): Promise<SavedFile> {
  const { pairsZip } = await import('../files/animation.ts');
  return [await pairsZip(made, baseName(made), about(made)), `${baseName(made)}.zip`];
}

/** digits-seed170-ddpm50.png */
const fileName = (made: Run, ending: string): string => `${baseName(made)}${ending}.png`;

function baseName({ model, parameters }: Run): string {
  const { seed, sampler, steps, start } = parameters;
  return `${model.id}-seed${seed}-${start ? `${start.kind}-` : ''}${sampler}${steps}`;
}

const latin = (text: string) => text.replace(/[^\x20-\x7e]/g, '?');

/** Text for the file: how to make it again, and what is to be said of it. */
const about = ({ model, parameters, notice }: Run) => ({
  Software: 'Onnoise',
  ...(notice !== undefined && { Warning: latin(notice) }),
  Comment: latin(decodeURIComponent(String(encodeLink(parameters, model.id)))),
});

async function copyLink({ parameters, model }: Run): Promise<void> {
  const link = linkTo('sample', encodeLink(parameters, model.id));
  if (await copyText(link, 'copy the address instead')) {
    toast('The link is in the clipboard. It makes exactly these pictures again.');
  }
}
