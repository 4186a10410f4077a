/** The parts that chapters are made of: the thing to do, what went wrong, the sentence to take away, and the lecturer's notes. */

import type { ImageShape } from '@onnoise/scheduler/model';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { Icon } from '../../components/button.tsx';
import { Progress, Trouble } from '../../components/card.tsx';
import {
  alpha,
  alphaBar,
  beta,
  EPSILON_HAT,
  epsilon,
  Formula,
  letter,
  sub,
  X0,
  X0_HAT,
  XT,
} from '../../components/math.tsx';
import { describeProgress } from '../../components/model-words.ts';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { toBytes } from '../../state/picture.ts';
import { formatRoute } from '../../state/router.ts';
import { progress, settle, trouble, tryAgain } from './lesson.ts';

interface TaskProps {
  /** True once the visitor has done it. */
  done?: boolean | undefined;
  children: ComponentChildren;
}

/** The one thing to do. */
export function Task({ done = false, children }: TaskProps) {
  return (
    <section class={done ? 'learn-task gap-10 learn-task-done' : 'learn-task gap-10'} aria-label="Try it">
      <Icon name={done ? 'check' : 'next'} />
      <p>
        <strong>{done ? 'Done. ' : 'Try it. '}</strong>
        {children}
      </p>
    </section>
  );
}

export function TakeAway({ children }: { children: ComponentChildren }) {
  return (
    <section class="learn-take" aria-label="Take away">
      <p class="learn-kicker muted small">Take away</p>
      <p>{children}</p>
    </section>
  );
}

export interface Note {
  /** To ask the class. */
  question: string;
  answer: ComponentChildren;
}

/** Questions to the class, with their answers folded away. */
export function Notes({ notes }: { notes: readonly Note[] }) {
  return (
    <section class="learn-notes grid gap-4" aria-labelledby="learn-notes">
      <h2 id="learn-notes">Questions to the class</h2>
      {notes.map(({ question, answer }) => (
        <details key={question}>
          <summary>{question}</summary>
          <div>{answer}</div>
        </details>
      ))}
    </section>
  );
}

/** @param byPress the visitor's presses ask the network, so one of them is how to ask it again */
export function NetworkStatus({ byPress = false }: { byPress?: boolean }) {
  useEffect(() => () => settle('network'), []);
  if (trouble.value) {
    const { need, words } = trouble.value;
    return <Trouble words={words} onRetry={byPress && need === 'network' ? undefined : tryAgain} />;
  }
  if (!progress.value) return null;
  const { label, bytes, share } = describeProgress(progress.value);
  return <Progress label={label} value={share} aside={bytes} />;
}

/** One picture of a row, with its symbol; nothing inside as long as it is not computed. */

interface PanelProps {
  title: ComponentChildren;
  /** In words, for screen readers as well. */
  words: string;
  /** [C, H, W]; null: not there yet. */
  values?: Float32Array | null | undefined;
  /** The same as bytes, in place of values. */
  pixels?: Uint8ClampedArray | undefined;
  shape: ImageShape;
  /** Values are divided by it: 1 for pictures, 2 for noise, which reaches further. */
  range?: number;
  /** It was made just now. */
  lit?: boolean;
  /** Row and column of a marked pixel. */
  mark?: readonly [number, number] | undefined;
  onPick?: (row: number, column: number) => void;
}

export function Panel(props: PanelProps) {
  const { title, words, values, pixels, shape, range = 1, lit = false, mark, onPick } = props;
  const bytes = useMemo(() => pixels ?? (values && toBytes(values.map((v) => v / range))), [pixels, values, range]);
  const [, height, width] = shape;
  return (
    <figure class={lit ? 'learn-panel grid slim learn-panel-lit' : 'learn-panel grid slim'}>
      <figcaption>
        {typeof title === 'string' ? title : <Formula>{title}</Formula>} <span>{words}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: sliders choose the pixel by keyboard */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        class={onPick ? 'learn-panel-frame learn-panel-pick' : 'learn-panel-frame'}
        onClick={(event) => {
          const { left, top, width: w, height: h } = event.currentTarget.getBoundingClientRect();
          const at = (share: number, size: number) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
          onPick?.(at((event.clientY - top) / h, height), at((event.clientX - left) / w, width));
        }}
      >
        {bytes && <PictureCanvas pixels={bytes} shape={shape} label={words} />}
        {mark && (
          <svg class="learn-panel-mark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <rect x={mark[1]} y={mark[0]} width={1} height={1} />
          </svg>
        )}
      </div>
    </figure>
  );
}

const SYMBOLS = {
  x0: { formula: X0, words: 'the picture' },
  xt: { formula: XT, words: 'the picture with its noise at time t' },
  ε: { formula: epsilon, words: 'the noise, drawn from the standard bell' },
  'ε^': { formula: EPSILON_HAT, words: 'the noise that the network guesses' },
  'x^0': { formula: X0_HAT, words: 'the picture that follows from the guess' },
  εθ: { formula: sub('ε', 'θ'), words: 'what the network with the weights θ says: the arrows go against it' },
  βt: { formula: beta, words: 'how much noise step t adds' },
  αt: { formula: alpha, words: '1 − β: what step t keeps' },
  ᾱt: { formula: alphaBar, words: 'the product of all α up to t: what is left of the picture' },
  t: { formula: letter('t'), words: 'the time: 1 is hardly noisy, T is pure noise' },
  μ: { formula: letter('μ'), words: 'the mean: where the bell is' },
  σ: { formula: letter('σ'), words: 'the deviation: how wide the bell is' },
  z: { formula: letter('z'), words: 'fresh noise' },
} as const;
type SymbolName = keyof typeof SYMBOLS;

export function Legend({ of }: { of: readonly SymbolName[] }) {
  return (
    <details class="learn-how learn-legend">
      <summary>The symbols</summary>
      <p>Point at one, here or anywhere in this chapter: what it names lights up. It works the other way round, too.</p>
      <ul>
        {of.map((name) => (
          <li key={name}>
            <button type="button" data-symbol={name}>
              <Formula>{SYMBOLS[name].formula}</Formula>
            </button>{' '}
            {SYMBOLS[name].words}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A claim's paper: its authors and year, as a link to its entry under Further reading. */

/** The part of the view that lists the papers. */
export const READING = 'reading';

/** By id, as the text writes them. */
const PAPERS = {
  weng2021: 'Weng 2021',
  ho2020: 'Ho et al. 2020',
  ddim2020: 'Song et al. 2020',
  nichol2021: 'Nichol & Dhariwal 2021',
  dhariwal2021: 'Dhariwal & Nichol 2021',
  guidance2022: 'Ho & Salimans 2022',
  karras2022: 'Karras et al. 2022',
  chan2024: 'Chan 2024',
  xiao2021: 'Xiao et al. 2021',
  kynkaanniemi2019: 'Kynkäänniemi et al. 2019',
  vae2013: 'Kingma & Welling 2013',
  goodfellow2014: 'Goodfellow et al. 2014',
  baranchuk2021: 'Baranchuk et al. 2021',
  wang2022: 'Wang et al. 2022',
  sohl2015: 'Sohl-Dickstein et al. 2015',
  lin2023: 'Lin et al. 2023',
  unet2015: 'Ronneberger et al. 2015',
  vaswani2017: 'Vaswani et al. 2017',
  resnet2015: 'He et al. 2015',
  norm2018: 'Wu & He 2018',
  adam2014: 'Kingma & Ba 2014',
  smilkov2017: 'Smilkov et al. 2017',
  lu2022: 'Lu et al. 2022',
  distillation2022: 'Salimans & Ho 2022',
  lipman2022: 'Lipman et al. 2022',
  rombach2022: 'Rombach et al. 2022',
  liu2022: 'Liu et al. 2022',
  carlini2023: 'Carlini et al. 2023',
} as const;
export type PaperId = keyof typeof PAPERS;

/** The entry's address. */
const entryOf = (id: PaperId): string => formatRoute('learn', { paper: id }, READING);

export const Cite = ({ of }: { of: PaperId }) => <a href={entryOf(of)}>{PAPERS[of]}</a>;
