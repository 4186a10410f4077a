/** One picture that follows its sliders: for students, which draw in a few calls of their network. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../../../components/icon.tsx';
import { describeProgress } from '../../../components/model-words.ts';
import { Notice } from '../../../components/notice.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import type { LiveFacts } from '../../../state/model-line.ts';
import { noticeOf } from '../../../state/phantoms.ts';
import { current, loaded } from '../../../state/store.ts';
import { info, live } from '../state/state.ts';
import { Classes, Conditions, type PartProps, Seeds } from './controls.tsx';
import { LinkButton } from './link-button.tsx';
import { drawn, followLive, liveSeen, liveTrouble, pace, recordedPicture, wanted } from './live.ts';
import { hold } from './play.ts';
import { SaveButton } from './save-button.tsx';
import { describeWanted, seedWords } from './wanted.ts';

export function LiveCard(): JSX.Element | null {
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
        {trouble && (
          <p class="trouble live-trouble line gap-10" role="alert">
            <Icon name="alert" />
            {trouble}
          </p>
        )}
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

function Picture({ facts, asked }: PartProps): JSX.Element {
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
