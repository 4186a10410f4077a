/** One picture that follows its sliders: for students, which draw in a few calls of their network. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Notice, Trouble } from '../../../components/card.tsx';
import { describeProgress } from '../../../components/model-words.ts';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { copyText, toast } from '../../../components/toast.tsx';
import type { LiveFacts } from '../../../state/model-line.ts';
import { noticeOf } from '../../../state/phantoms.ts';
import { current, linkTo, loaded } from '../../../state/store.ts';
import { saveFile } from '../files/download.ts';
import { encodeLink } from '../state/link.ts';
import { check } from '../state/parameters.ts';
import { info, limitsOf, live } from '../state/state.ts';
import { Classes, Conditions, hold, type PartProps, Seeds } from './controls.tsx';
import { type Drawn, drawn, followLive, liveSeen, liveTrouble, pace, recordedPicture, wanted } from './live.ts';
import { describeWanted, draftOf, fileStem, seedWords, type Wanted } from './wanted.ts';

/** A link that brings the picture back. */
function LinkButton({ facts, asked }: { facts: LiveFacts; asked: Wanted }) {
  const model = current.value;
  const draft = draftOf(facts, asked);
  const lost = model.own ? 'your own model' : draft ? undefined : 'a mix of two seeds';
  const copy = async () => {
    const checked = check(draft!, limitsOf(info.peek()));
    if ('problems' in checked) return;
    if (await copyText(linkTo('sample', encodeLink(checked.parameters, model.id)), 'copy the picture instead')) {
      toast('The link is in the clipboard. It makes exactly this picture again.');
    }
  };
  return (
    <Button
      icon="link"
      disabled={!info.value || lost !== undefined}
      title={lost ? `A link cannot carry ${lost}` : undefined}
      onClick={copy}
    >
      Copy link
    </Button>
  );
}

/** The picture on show as a file, which says how it was made. */
function SaveButton({ facts }: { facts: LiveFacts }) {
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

export function LiveCard() {
  useEffect(() => {
    const leave = followLive();
    return () => {
      hold();
      leave();
    };
  }, []);
  const facts = live.value;
  const asked = wanted.value;
  const trouble = liveTrouble.value ?? (loaded.value.state === 'failed' ? loaded.value.message : null);
  if (!facts || !asked) return null;
  return (
    <section class="card live" aria-label="A picture that follows its sliders" data-drawn={drawn.value !== null}>
      <div class="live-shown grid top gap-8">
        <Picture facts={facts} asked={asked} />
        <Notice text={noticeOf(info.value ?? current.value)} />
      </div>
      <div class="live-controls grid top slim gap-12">
        <Classes facts={facts} asked={asked} />
        <Conditions facts={facts} asked={asked} />
        <Seeds asked={asked} />
        <Trouble words={trouble} />
        <footer class="row between gap-12">
          <p class="muted fine number">{paceWords(facts)}</p>
          <div class="line gap-8">
            <SaveButton facts={facts} />
            <LinkButton facts={facts} asked={asked} />
          </div>
        </footer>
      </div>
    </section>
  );
}

function Picture({ facts, asked }: PartProps) {
  const { pixels, shape } = liveSeen.value!;
  const there = drawn.value !== null || recordedPicture.value !== null;
  const label = there
    ? `Picture: ${describeWanted(facts, drawn.value?.wanted ?? asked)}`
    : `The noise that a picture begins with: ${seedWords(asked)}`;
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => frame.current?.style.setProperty('--across', `${shape[2]}px`), [shape[2]]); // no style in index.html: the policy
  return (
    <div class="live-frame" ref={frame}>
      <PictureCanvas pixels={pixels} shape={shape} label={label} />
    </div>
  );
}

function paceWords({ calls }: LiveFacts): string {
  const { value } = loaded;
  if (value.state === 'loading') {
    const { label, bytes } = describeProgress(value.progress);
    return bytes ? `${label}, ${bytes}` : label;
  }
  const made = calls === 1 ? 'one call of the network' : `${calls} calls of the network`;
  return pace.value === null ? made : `${made}, ${Math.max(1, Math.round(pace.value))} ms`;
}
