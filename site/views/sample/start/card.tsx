/** Where sampling starts: noise, a picture, or noise around a seed or between two. */

import type { ConditionSpec } from '@onnoise/scheduler/model';
import { useMemo } from 'preact/hooks';
import { conditionWords, tidy, usualRange } from '../../../components/condition-words.ts';
import { Segmented, Slider } from '../../../components/field.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { PictureFileButton, useDrop } from '../../../components/picture-file.tsx';
import { readFile } from '../../../state/read-picture.ts';
import { announce, current, sentence } from '../../../state/store.ts';
import { GoButton } from '../parts/go-button.tsx';
import { DraftControl } from '../parts/number-control.tsx';
import { takePicture } from '../parts/panels.tsx';
import { conditionText, endsOf, kindOf, LARGEST_RESAMPLES, rangeText, type StartKind } from '../state/fields.ts';
import { lookOf } from '../state/frames.ts';
import { picture } from '../state/layout.ts';
import type { Draft } from '../state/parameters.ts';
import { change, draft, info, problems, type Run, sampled } from '../state/state.ts';
import { choose, fileTrouble, origin, source, toldSpec } from '../state/told-state.ts';

import { MaskPad, MaskTools } from './mask-pad.tsx';
import './start.css';

/** The pictures to choose from: those that were sampled last out of noise, and the visitor's own file. */

const THUMB = 44;

interface ThumbnailsProps {
  legend: string;
  /** Index of the chosen one, -1 for none. */
  chosen: number;
  onChoose: (index: number, made: Run) => void;
}

function Thumbnails({ legend, chosen, onChoose }: ThumbnailsProps) {
  const made = sampled.value;
  const all = useMemo(() => {
    if (!made) return [];
    const { x } = made.frames.at(made.frames.last)!;
    return Array.from({ length: made.parameters.count }, (_, i) =>
      lookOf(made, { x: picture(x, made.shape, i) }, 'pictures'),
    );
  }, [made]);
  return (
    <fieldset class="start-thumbs">
      <legend>{legend}</legend>
      {made === null && <p class="field-hint">Sample some pictures out of noise first.</p>}
      <div class="row gap-8">
        {made &&
          all.map(({ pixels, shape }, i) => (
            <button
              key={String(i)}
              type="button"
              class="start-thumb"
              aria-pressed={i === chosen}
              aria-label={`Picture ${i + 1}, seed ${made.parameters.seed + i}`}
              title={`Picture ${i + 1}, seed ${made.parameters.seed + i}`}
              onClick={() => onChoose(i, made)}
            >
              <span aria-hidden="true">
                <PictureCanvas
                  pixels={pixels}
                  shape={shape}
                  scale={THUMB / Math.max(made.shape[1], made.shape[2])}
                  label=""
                />
              </span>
            </button>
          ))}
      </div>
    </fieldset>
  );
}

/** A file, chosen or dropped anywhere on the page. A model that draws masks goes on from pictures with masks alone. */
const OwnFile = () =>
  current.value.maskOutput ? (
    <p class="field-hint">
      This model draws a mask with each picture, and a file has none: it goes on from its own pictures.
    </p>
  ) : (
    <ChosenFile />
  );

function ChosenFile() {
  useDrop(take);
  return (
    <div class="start-file row">
      <PictureFileButton onFile={take} />
      <p class="field-hint">Cut and scaled to the model’s size. It stays on this page.</p>
      {fileTrouble.value && (
        <p class="field-error" role="alert">
          {fileTrouble.value}
        </p>
      )}
    </div>
  );
}

async function take(file: File): Promise<void> {
  try {
    choose({ kind: 'file', image: await readFile(file, file.name), name: 'your picture' });
    announce(`${file.name} is shown.`);
  } catch (error) {
    fileTrouble.value = sentence(error);
  }
}

const LABELS: Record<StartKind, string> = {
  noise: 'Noise',
  fill: 'Fill',
  redraw: 'Redraw',
  vary: 'Vary',
  between: 'Between',
  same: 'One seed',
};
const HINTS: Partial<Record<StartKind, string>> = {
  fill: 'Paint over a part of a picture. It is made anew, and the rest stays as it is.',
  redraw: 'Sampling starts in the middle, from a picture with noise on it.',
  vary: 'Sampling starts from noise that is close to a seed’s, so the pictures are alike.',
  between: 'Noise that goes from one seed’s to another’s turns one picture into the other.',
  same: 'All pictures start from the same noise: only what they are asked for differs.',
};

/** Of the picture's sides, CSS pixels. */
const LONGEST = 224;

const TIMES = Array.from({ length: LARGEST_RESAMPLES }, (_, i) => i + 1);
const TWENTIETHS = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);

export function StartCard() {
  const kind = kindOf(draft.value) ?? 'noise';
  const { start, drawing } = problems.value;
  const missing = start ?? (toldSpec.value === null ? drawing : undefined); // else the card of the drawing says it
  return (
    <section class="sample-start grid gap-16" data-kind={kind} aria-label="Where sampling starts">
      <Segmented<StartKind>
        label="Start from"
        value={kind}
        options={LABELS}
        hint={HINTS[kind]}
        onChange={(start) => change({ start, ...labelsFor(start) })}
      />
      {(kind === 'fill' || kind === 'redraw') && <FromPicture kind={kind} />}
      {kind === 'vary' && <Around />}
      {kind === 'between' && <Between />}
      {kind === 'same' && <Same />}
      <div class="start-go row">
        {missing && (
          <p class="field-hint" role="status">
            {missing}
          </p>
        )}
        {kind !== 'noise' && <GoButton />}
      </div>
    </section>
  );
}

/** Pictures between seeds need their class: that of the seed's picture, unless so few are chosen already. */
function labelsFor(start: StartKind): Partial<Draft> {
  const { seed, toward, labels } = draft.peek();
  const most = { vary: 1, between: 2 }[start as string];
  const made = sampled.peek();
  if (most === undefined || !made || (labels.length > 0 && labels.length <= most)) return {};
  const ends = start === 'vary' ? [seed] : [seed, toward];
  const shown = classesOf(made, ends.map(indexOfSeed));
  return shown.length > 0 ? { labels: shown } : {};
}

function FromPicture({ kind }: { kind: 'fill' | 'redraw' }) {
  const from = source.value;
  const chosen = origin.value;
  return (
    <div class="start-body grid top slim gap-16 start-from-picture">
      <div class="start-side grid top slim gap-16 start-choice">
        <Thumbnails
          legend="The picture"
          chosen={chosen?.kind === 'made' ? indexOf(chosen.pixels) : -1}
          onChoose={(index, made) => takePicture(made, index)}
        />
        <OwnFile />
      </div>
      {from && kind === 'fill' && <MaskPad source={from} />}
      {from && kind === 'redraw' && (
        <PictureCanvas
          class="start-pad grid top slim gap-8 start-picture"
          pixels={from.seen.pixels}
          shape={from.seen.shape}
          scale={LONGEST / Math.max(from.shape[1], from.shape[2])}
          label={from.name}
        />
      )}
      <div class="start-side grid top slim gap-16">
        {from && kind === 'fill' && <MaskTools source={from} />}
        {kind === 'fill' ? (
          <DraftControl
            name="resamples"
            label="Times"
            hint="How often each step is made. More often lets old and new fit together better, and takes longer."
            stops={TIMES}
          />
        ) : (
          <DraftControl
            name="strength"
            label="Strength"
            hint="How much is drawn anew: at 1 all of it."
            stops={TWENTIETHS}
          />
        )}
      </div>
    </div>
  );
}

/** The index of a picture of the last sampling, -1 for another. */
function indexOf(pixels: Uint8ClampedArray): number {
  const made = sampled.value;
  if (!made) return -1;
  const batch = made.frames.at(made.frames.last)!.x;
  const within = pixels.buffer === batch.buffer;
  return within ? (pixels.byteOffset - batch.byteOffset) / pixels.length : -1;
}

/** The index of a seed among the pictures of the last sampling. */
function indexOfSeed(seed: string): number {
  const made = sampled.value;
  const index = made ? Number(seed) - made.parameters.seed : -1;
  return made && /^\s*\d+\s*$/.test(seed) && index < made.parameters.count ? index : -1;
}

/** The classes of pictures of the last sampling, each once, to keep what they show. */
function classesOf(made: Run, indices: readonly number[]): readonly number[] {
  const { labels } = made;
  return labels ? [...new Set(indices.filter((index) => index >= 0).map((index) => labels[index]!))] : [];
}

function Around() {
  return (
    <div class="start-body grid top slim gap-16">
      <Thumbnails
        legend={`Around seed ${draft.value.seed}`}
        chosen={indexOfSeed(draft.value.seed)}
        onChoose={(index, made) =>
          change({ seed: String(made.parameters.seed + index), labels: classesOf(made, [index]) })
        }
      />
      <DraftControl
        name="variation"
        label="Variation"
        hint="How far from it: at 0 the same picture, at 1 other ones."
        stops={[0, ...TWENTIETHS]}
      />
    </div>
  );
}

function Between() {
  const { seed, toward } = draft.value;
  const [from, to] = [indexOfSeed(seed), indexOfSeed(toward)];
  return (
    <div class="start-body grid top slim gap-16 start-between">
      <Thumbnails
        legend={`From seed ${seed}`}
        chosen={from}
        onChoose={(index, made) =>
          change({ seed: String(made.parameters.seed + index), labels: classesOf(made, [index, to]) })
        }
      />
      <Thumbnails
        legend={`To seed ${toward}`}
        chosen={to}
        onChoose={(index, made) =>
          change({ toward: String(made.parameters.seed + index), labels: classesOf(made, [from, index]) })
        }
      />
      <DraftControl name="toward" label="Other seed" />
    </div>
  );
}

/** Where the numbers begin and end; the classes are chosen below, among the settings. */
function Same() {
  const { conditions = [], nullCondition = false } = info.value ?? {};
  if (conditions.length === 0) return null;
  return (
    <div class="start-body grid top slim gap-16 start-ends">
      {conditions.map((spec) => (
        <Ends key={spec.name} spec={spec} text={conditionText(draft.value.conditions, spec, nullCondition)} />
      ))}
    </div>
  );
}

function Ends({ spec, text }: { spec: ConditionSpec; text: string }) {
  const { name, min, max } = spec;
  const { label, say } = conditionWords(name);
  const [from, to] = endsOf(text, spec) ?? usualRange(spec);
  const within = (value: number) => Math.min(max, Math.max(min, tidy(value, max - min)));
  const range = (from: number, to: number) =>
    change({ conditions: { ...draft.peek().conditions, [name]: rangeText(within(from), within(to)) } });
  const shared = { min, max, step: max - min >= 40 ? 1 : (max - min) / 100, format: say };
  return (
    <>
      <Slider {...shared} label={`${label} of the first picture`} value={from} onInput={(value) => range(value, to)} />
      <Slider {...shared} label={`${label} of the last picture`} value={to} onInput={(value) => range(from, value)} />
    </>
  );
}
