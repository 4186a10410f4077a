/** Real or synthetic? Ten pictures: some are real, the others painted by the model on the page. The view and its keys. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Notice, Progress, Trouble } from '../../components/card.tsx';
import { NumberField, Segmented } from '../../components/field.tsx';
import { ModelBar } from '../../components/model-bar.tsx';
import { useDropTarget } from '../../components/picture-file.tsx';
import { toast } from '../../components/toast.tsx';
import type { Rgba } from '../../state/picture.ts';
import { loaded, sentence } from '../../state/store.ts';
import type { Incoming } from '../model/arrange.ts';
import { type DropLimits, type Dropped, FilesButton, type Listed, listDrop, readEach } from '../model/files.tsx';
import { RoundView } from './round.tsx';
import { FEWEST, FEWEST_PICTURES, MOST_PICTURES, PICTURES, randomSeed, SEEDS, STEP_CHOICES } from './rules/plan.ts';
import { ownPixels, ownPool } from './rules/pool.ts';
import { LEVELS } from './rules/presentation.ts';
import { TERMS } from './rules/terms.ts';
import {
  answer,
  bringPool,
  change,
  choose,
  follow,
  game,
  info,
  next,
  reals,
  shapeOfPictures,
  shippedDigits,
  takeShipped,
  terms,
  unplayable,
} from './state/state.ts';
import './game.css';
import './round.css';
import './summary.css';

import { Summary } from './summary.tsx';

/** Asks the visitor for real pictures if the page has none for a model. */

/** More would only fill the memory. */
const MOST = 1000;
/** Only names are read before the choice; a whole disk has more. */
const LIMITS: DropLimits = { action: 'read the pictures', rule: 'they must be one folder of pictures', most: 100_000 };

function OwnPictures() {
  const id = useId();
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
      bringPool(ownPool(read.pictures, shape));
      if (left !== '') toast(left, 'error');
    } catch (error) {
      setTrouble(`${sentence(error)} ${left}`.trim());
    }
    setProgress(null);
  };
  const takeChosen = (files: Incoming[]) =>
    void take(files.map(({ path, file }) => ({ path, open: async () => file })));

  const target = useDropTarget((dropped) => void take(listDrop(dropped as Dropped, LIMITS)));

  return (
    <section class="game-own grid gap-12" aria-labelledby={id} {...target}>
      <h2 id={id}>Bring real pictures</h2>
      <p>
        The page has no real pictures for this model. Drop a folder of the kind that it makes here, or pick files: at
        least {PICTURES}, and none that it was trained on. They are cut to its proportions, averaged down to{' '}
        {shape?.[2]} × {shape?.[1]} pixels, and stay on this page.
      </p>
      {progress === null ? (
        <div class="game-buttons gap-12">
          <FilesButton label="Choose files" accept="image/*" onFiles={takeChosen} />
          <FilesButton folder label="Choose a folder" onFiles={takeChosen} />
          {digits && <Button onClick={takeShipped}>Use the page’s real digits</Button>}
        </div>
      ) : (
        <Progress label="Reading pictures" value={progress} />
      )}
      {told !== null && (
        <p class="game-wrong" role="alert">
          {told}
        </p>
      )}
    </section>
  );
}

/** Before the round: what the game is, its model, its settings, and the start button. */

function Intro() {
  const { title, some, made, notice } = terms.value;
  const pictures = game.round.value?.table.pictures ?? PICTURES;
  const needsPictures = info.value !== null && (reals.value.state === 'wanted' || reals.value.state === 'failed');
  const soft = reals.value.state === 'ready' ? reals.value.pool.presentation.soft : terms.value === TERMS.phantom;
  return (
    <div class="game-intro">
      <div class="grid top slim gap-20">
        <h1 class="view-title" tabIndex={-1}>
          {title}
        </h1>
        <p class="lede">
          {pictures === PICTURES ? 'Ten' : pictures} pictures. Some {some}, the others were {made} by the model on this
          page a moment ago, out of noise. Can you tell which is which?
        </p>
        <Notice text={notice} />
        <p class="muted">
          A coin is tossed for each picture, but at least {FEWEST} are of either kind. Both kinds are treated alike:{' '}
          {soft ? 'moved, scaled and softened a little' : 'moved and scaled a little'}, and reduced to {LEVELS} levels
          of brightness.
        </p>
        {unplayable.value !== null ? (
          <p class="game-wrong" role="alert">
            {unplayable.value}
          </p>
        ) : needsPictures ? (
          <OwnPictures />
        ) : (
          <Start />
        )}
      </div>
      <div class="grid top gap-16">
        <ModelBar />
        <RoundSettings />
      </div>
    </div>
  );
}

function Start() {
  const round = game.round.value;
  const failed = game.failed.value;
  const painted = round !== null && round.painted.value > 0;
  const missing = loaded.value.state === 'failed';
  /** Pressed before the first picture was there. */
  const [asked, ask] = useState(false);
  useEffect(() => {
    if (asked && painted) game.start();
  }, [asked, painted]);
  if (failed !== null) return <Trouble words={failed} onRetry={game.retry} />;
  return (
    <div class="game-start row">
      <Button
        kind="primary"
        class="game-big"
        disabled={missing && !painted}
        aria-disabled={asked || undefined}
        onClick={() => ask(true)}
      >
        Start
      </Button>
      <div class="game-start-state">
        {asked && !missing && <p role="status">It begins with the first picture.</p>}
        {round === null && (
          <p class="muted">{missing ? 'The model could not be loaded: see below.' : 'Getting the model ready…'}</p>
        )}
        {round !== null && !painted && <Progress label="Painting the first pictures" value={round.progress.value} />}
        {painted && (
          <p class="muted">
            Round <span class="number">{round.seed}</span> is painted.
          </p>
        )}
      </div>
    </div>
  );
}

function RoundSettings() {
  const round = game.round.value;
  if (!round) return null;
  const { info, steps, pictures } = round.table;
  const most = info.scheduler.num_train_timesteps;
  const choices = [...new Set([...STEP_CHOICES.filter((steps) => steps <= most), steps])].sort((a, b) => a - b);
  return (
    <section class="card game-choices" aria-label="The round">
      <NumberField
        label="Round"
        hint="The number decides the pictures: enter somebody else’s to play the same round."
        value={round.seed}
        min={0}
        max={SEEDS - 1}
        onChange={(seed) => change({ seed })}
        after={<Button icon="dice" label="Another round" onClick={() => change({ seed: randomSeed() })} />}
      />
      {!info.distilled && (
        <Segmented
          label="Steps per picture"
          value={steps}
          options={choices}
          hint="Fewer steps are quicker, and the pictures easier to tell apart."
          onChange={(steps) => change({ steps })}
        />
      )}
      <NumberField
        label="Pictures"
        value={pictures}
        min={FEWEST_PICTURES}
        max={MOST_PICTURES}
        onChange={(pictures) => change({ pictures })}
      />
    </section>
  );
}

export default function GameView() {
  useEffect(follow, []);
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const phase = game.phase.value;
  const place = game.place.value;
  const table = useRef<HTMLDivElement>(null);
  const first = useRef(true);

  // A new picture is seen from its top, also where the page was scrolled down to the button that led to it.
  useLayoutEffect(() => {
    if (!first.current && table.current!.getBoundingClientRect().top < 0) table.current!.scrollIntoView();
  }, [phase, place]);

  // The button that led back to the settings is gone, and the focus with it.
  useEffect(() => {
    if (!first.current && phase === 'intro') table.current!.querySelector('h1')!.focus({ preventScroll: true });
    first.current = false;
  }, [phase]);

  return (
    <div class="game" data-phase={phase} ref={table}>
      {phase === 'intro' && <Intro />}
      {phase === 'round' && <RoundView />}
      {phase === 'summary' && <Summary />}
    </div>
  );
}

const TYPED = 'input, select, textarea, [contenteditable]';
const PRESSED = 'button, a[href], summary';

/**
 * The first letters of the two kinds, R or S, P or G, and the arrows to the left and right answer; 1 to 6 choose a reason;
 * Enter or space goes on. The keys work only while the focus is in the game or nowhere, so that a letter typed elsewhere does nothing.
 */
function onKey(event: KeyboardEvent): void {
  const { key, target, defaultPrevented, ctrlKey, metaKey, altKey, repeat } = event;
  if (defaultPrevented || ctrlKey || metaKey || altKey || repeat || !(target instanceof Element)) return;
  if (game.phase.peek() !== 'round' || document.querySelector('dialog[open]')) return;
  const nowhere = target === document.body || target.matches('main');
  if ((!nowhere && !target.closest('.game')) || target.matches(TYPED)) return;
  if (act(key.toLowerCase(), target)) event.preventDefault();
}

/** Whether the key means something. */
function act(key: string, target: Element): boolean {
  const open = game.open.peek();
  const { real, synthetic, reasons } = terms.peek();
  if (key === real.word[0] || key === 'arrowleft') answer('real');
  else if (key === synthetic.word[0] || key === 'arrowright') answer('synthetic');
  else if (open && (key === 'enter' || key === ' ') && !target.matches(PRESSED)) next();
  else if (!open && reasons[Number(key) - 1]) choose(reasons[Number(key) - 1]!);
  else return false;
  return true;
}
