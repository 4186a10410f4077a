/** Before the round: what the game is, its model, and the start button. */
import { gaussian } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { NumberField } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { ModelBar } from '../../components/model-bar.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { Progress } from '../../components/progress.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { toBytes } from '../../state/pixels.ts';
import { loaded } from '../../store.ts';
import { OwnPictures } from './own-pictures.tsx';
import { SEEDS } from './plan.ts';
import { LEVELS } from './presentation.ts';
import { randomSeed, STEP_CHOICES } from './settings.ts';
import { change, game, info, reals, record } from './state.ts';

export function Intro(): JSX.Element {
  const { best } = record.value;
  const needsPictures = info.value !== null && (reals.value.state === 'wanted' || reals.value.state === 'failed');
  return (
    <div class="game-intro">
      <div class="game-pitch">
        <h1 class="view-title">Real or synthetic?</h1>
        <p class="lede">
          Ten pictures. Some are real, the others were painted by the model on this page a moment ago, out of noise. Can
          you tell which is which?
        </p>
        <HowTo />
        {needsPictures ? <OwnPictures /> : <Start />}
        {best > 0 && (
          <p class="muted">
            Your longest streak: <strong class="number">{best}</strong>
          </p>
        )}
      </div>
      <Deck />
      <div class="game-settings">
        <ModelBar />
        <Settings />
      </div>
    </div>
  );
}

function HowTo(): JSX.Element {
  return (
    <ul class="game-howto">
      <li>
        <span class="game-kind game-kind-real">Real</span>
        <span class="game-touch">swipe left, or tap</span>
        <span class="game-mouse">
          <kbd>←</kbd> or <kbd>R</kbd>, or click
        </span>
      </li>
      <li>
        <span class="game-kind game-kind-synthetic">Synthetic</span>
        <span class="game-touch">swipe right, or tap</span>
        <span class="game-mouse">
          <kbd>→</kbd> or <kbd>S</kbd>, or click
        </span>
      </li>
      <li class="muted">
        A coin is tossed for each picture, so counting does not help. Both kinds are treated alike: moved and scaled a
        little, and reduced to {LEVELS} levels of brightness.
      </li>
    </ul>
  );
}

function Start(): JSX.Element {
  const round = game.round.value;
  const failed = game.failed.value;
  const painted = round !== null && round.painted.value > 0;
  const missing = loaded.value.state === 'failed';
  if (failed !== null) {
    return (
      <div class="game-trouble" role="alert">
        <Icon name="alert" />
        <p>{failed}</p>
        <Button icon="retry" onClick={game.retry}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <div class="game-start">
      <Button kind="primary" class="game-big" disabled={!painted} onClick={game.start}>
        Start
      </Button>
      <div class="game-start-state">
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

function Settings(): JSX.Element | null {
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
      <Segmented
        label="Steps per picture"
        value={String(table.steps)}
        options={choices.map((steps) => ({ value: String(steps), label: String(steps) }))}
        hint="Fewer steps are quicker, and the pictures easier to tell apart."
        onChange={(steps) => change({ steps: Number(steps) })}
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
