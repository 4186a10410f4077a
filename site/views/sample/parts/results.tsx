/** The downloads and the link: the sheet, the animation, the address. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { copyText } from '../../../components/clipboard.ts';
import { toast } from '../../../components/toast.tsx';
import { linkTo } from '../../../state/store.ts';
import { animatedPng, stillPng } from '../files/animation.ts';
import { saveFile } from '../files/download.ts';
import { encodeLink } from '../state/link.ts';
import { busy, hasLink, position, type Run, run, timestepAt } from '../state/state.ts';

export function Results(): JSX.Element {
  const [working, setWorking] = useState(false);
  const made = run.value;
  const off = !made || busy.value || working || made.frames.last < 0;
  const save = async (make: (made: Run) => Promise<[bytes: Uint8Array<ArrayBuffer>, name: string]>) => {
    setWorking(true);
    try {
      const [bytes, name] = await make(made!);
      saveFile(new Blob([bytes], { type: 'image/png' }), name);
    } catch (error) {
      toast(`The file could not be made: ${(error as Error).message}`, 'error');
    } finally {
      setWorking(false);
    }
  };
  return (
    <div class="sample-results">
      <Button icon="download" disabled={off} onClick={() => save(stillFile)}>
        PNG
      </Button>
      <Button icon="download" disabled={off} onClick={() => save(animationFile)}>
        Animation
      </Button>
      <Button
        icon="link"
        disabled={!made || !hasLink(made)}
        title={
          made && !hasLink(made) ? `A link cannot carry ${made.model.own ? 'your own model' : 'a picture'}` : undefined
        }
        onClick={() => copyLink(made!)}
      >
        Copy link
      </Button>
    </div>
  );
}

async function stillFile(made: Run): Promise<[Uint8Array<ArrayBuffer>, string]> {
  const frame = made.frames.at(Math.max(position.peek(), 0))!;
  const t = timestepAt(made, frame.step);
  return [await stillPng(frame.x, made.shape, about(made)), fileName(made, t === 0 ? '' : `-t${t}`)];
}

async function animationFile(made: Run): Promise<[Uint8Array<ArrayBuffer>, string]> {
  return [await animatedPng(made.frames, made.shape, about(made)), fileName(made, '-animation')];
}

/** digits-seed170-ddpm50.png */
function fileName({ model, parameters }: Run, ending: string): string {
  const { seed, sampler, steps, start } = parameters;
  return `${model.id}-seed${seed}-${start ? `${start.kind}-` : ''}${sampler}${steps}${ending}.png`;
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
