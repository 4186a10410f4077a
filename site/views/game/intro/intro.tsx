/** Before the round: what the game is, its model, and the start button. */
import { gaussian } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { NumberField } from '../../../components/field.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Notice } from '../../../components/notice.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { Progress } from '../../../components/progress.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { ModelBar } from '../../../shell/model-bar.tsx';
import { toBytes } from '../../../state/pixels.ts';
import { loaded } from '../../../state/store.ts';
import { counterShare } from '../rules/chance.ts';
import { FEWEST, FEWEST_PICTURES, MOST_PICTURES, PICTURES, SEEDS } from '../rules/plan.ts';
import { LEVELS } from '../rules/presentation.ts';
import { randomSeed, STEP_CHOICES } from '../rules/settings.ts';
import { capital, type KindWords, TERMS } from '../rules/terms.ts';
import { change, game, info, reals, record, terms, unplayable } from '../state/state.ts';
import { OwnPictures } from './own-pictures.tsx';
import { Trouble } from './trouble.tsx';

export function Intro(): JSX.Element {
  const { best } = record.value;
  const needsPictures = info.value !== null && (reals.value.state === 'wanted' || reals.value.state === 'failed');
  return (
    <div class="game-intro">
      <div class="grid top slim gap-20">
        <h1 class="view-title" tabIndex={-1}>
          {terms.value.title}
        </h1>
        <Pitch />
        <HowTo />
        {unplayable.value !== null ? <Trouble text={unplayable.value} /> : needsPictures ? <OwnPictures /> : <Start />}
        {best > 0 && (
          <p class="muted">
            Your longest streak: <strong class="number">{best}</strong>
          </p>
        )}
      </div>
      <Deck />
      <div class="game-settings grid gap-16">
        <ModelBar />
        <RoundSettings />
      </div>
    </div>
  );
}

function Pitch(): JSX.Element {
  const { some, made, notice } = terms.value;
  const pictures = game.round.value?.table.pictures ?? PICTURES;
  const many = `${pictures === PICTURES ? 'Ten' : pictures} pictures.`;
  return (
    <>
      <p class="lede">
        {many} Some {some}, the others were {made} by the model on this page a moment ago, out of noise. Can you tell
        which is which?
      </p>
      <Notice text={notice} />
    </>
  );
}

function HowTo(): JSX.Element {
  const { real, synthetic } = terms.value;
  const keyOf = ({ word }: KindWords) => word[0]!.toUpperCase();
  const soft = reals.value.state === 'ready' ? reals.value.pool.presentation.soft : terms.value === TERMS.phantom;
  return (
    <ul class="game-howto grid gap-10">
      <li>
        <span class="game-kind game-kind-real">{capital(real.word)}</span>
        <span class="game-touch">swipe left, or tap</span>
        <span class="game-mouse">
          <kbd>←</kbd> or <kbd>{keyOf(real)}</kbd>, or click
        </span>
      </li>
      <li>
        <span class="game-kind game-kind-synthetic">{capital(synthetic.word)}</span>
        <span class="game-touch">swipe right, or tap</span>
        <span class="game-mouse">
          <kbd>→</kbd> or <kbd>{keyOf(synthetic)}</kbd>, or click
        </span>
      </li>
      <li class="muted">
        {coinWords()} Both kinds are treated alike:{' '}
        {soft ? 'moved, scaled and softened a little' : 'moved and scaled a little'}, and reduced to {LEVELS} levels of
        brightness.
      </li>
    </ul>
  );
}

function coinWords(): string {
  const pictures = game.round.value?.table.pictures ?? PICTURES;
  const blind = Math.round(100 * counterShare(pictures));
  return `A coin is tossed for each picture, but at least ${FEWEST} are of either kind. Counting alone is right in ${blind} %.`;
}

function Start(): JSX.Element {
  const round = game.round.value;
  const failed = game.failed.value;
  const painted = round !== null && round.painted.value > 0;
  const missing = loaded.value.state === 'failed';
  /** Pressed before the first picture was there. */
  const [asked, ask] = useState(false);
  useEffect(() => {
    if (asked && painted) game.start();
  }, [asked, painted]);
  if (failed !== null) {
    return (
      <div class="trouble game-trouble row" role="alert">
        <Icon name="alert" />
        <p>{failed}</p>
        <Button icon="retry" onClick={game.retry}>
          Try again
        </Button>
      </div>
    );
  }
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

function RoundSettings(): JSX.Element | null {
  const round = game.round.value;
  if (!round) return null;
  const { table } = round;
  const most = table.info.scheduler.num_train_timesteps;
  const choices = [...new Set([...STEP_CHOICES.filter((steps) => steps <= most), table.steps])].sort((a, b) => a - b);
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
      {!table.info.distilled && (
        <Segmented
          label="Steps per picture"
          value={String(table.steps)}
          options={choices.map((steps) => ({ value: String(steps), label: String(steps) }))}
          hint="Fewer steps are quicker, and the pictures easier to tell apart."
          onChange={(steps) => change({ steps: Number(steps) })}
        />
      )}
      <NumberField
        label="Pictures"
        value={table.pictures}
        min={FEWEST_PICTURES}
        max={MOST_PICTURES}
        onChange={(pictures) => change({ pictures })}
      />
    </section>
  );
}

const SIDE = 28;

/** Cards still face down: noise, the same for every round. */
function Deck(): JSX.Element {
  const noise = useMemo(() => {
    const x = new Float32Array(SIDE * SIDE);
    gaussian(7, 0, x);
    return toBytes(x.map((v) => v / 2));
  }, []);
  return (
    <div class="game-deck" aria-hidden="true">
      <div class="game-card game-deck-back" />
      <div class="game-card game-deck-middle" />
      <div class="game-card game-deck-front">
        <PictureCanvas pixels={noise} shape={[1, SIDE, SIDE]} label="" />
        <span class="game-deck-mark">?</span>
      </div>
    </div>
  );
}
