/** After the last picture: the result, all pictures, and a text to share. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Icon } from '../../components/button.tsx';
import { Notice } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { copyText, toast } from '../../components/toast.tsx';

import { linkTo } from '../../state/store.ts';
import { Reveal } from './round.tsx';
import { isRight, score, scoresByReason, shareText, verdict, verdictReason } from './rules/score.ts';
import { labelOf } from './rules/words.ts';
import { addressOf, again, game, record, terms } from './state/state.ts';

export function Summary() {
  const heading = useRef<HTMLHeadingElement>(null);
  const [looked, setLooked] = useState<number | null>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const round = game.round.value;
  const answers = game.answers.value;
  if (!round || answers.length < round.table.pictures) return null;
  const { pictures } = round.table;
  return (
    <div class="game-summary grid">
      <header class="grid gap-16">
        <h1 class="view-title row gap-16" ref={heading} tabIndex={-1}>
          <span class="game-score number">
            {score(answers)}
            <span class="muted"> of {pictures}</span>
          </span>
          {verdict(answers, terms.value)}
        </h1>
        <p class="muted">{verdictReason(answers, terms.value)}</p>
        <div class="game-buttons gap-12">
          <Button kind="primary" class="game-big" icon="retry" onClick={() => again('round')}>
            Play again
          </Button>
          <Button class="game-big" onClick={() => again('intro')}>
            Change settings
          </Button>
        </div>
      </header>
      <section class="grid gap-12" aria-labelledby="game-all-title">
        <h2 id="game-all-title">All {pictures}</h2>
        <ol class="game-thumbs">
          {answers.map((answer, i) => (
            <Thumb key={String(i)} place={i} right={isRight(answer)} onLook={() => setLooked(i)} />
          ))}
        </ol>
      </section>
      <ByReason />
      <Share />
      <Notice text={terms.value.notice} />
      <Dialog
        open={looked !== null}
        title={looked === null ? '' : labelOf(looked, pictures)}
        onClose={() => setLooked(null)}
      >
        {looked !== null && <Look place={looked} />}
      </Dialog>
    </div>
  );
}

function Thumb({ place, right, onLook }: { place: number; right: boolean; onLook: () => void }) {
  const { kind, pixels } = game.told(place);
  const { pictures, pool } = game.round.peek()!.table;
  const { word } = terms.value[kind];
  const words = `${word}, you were ${right ? 'right' : 'wrong'}`;
  return (
    <li>
      <button
        type="button"
        class="game-thumb grid gap-4"
        onClick={onLook}
        aria-label={`${labelOf(place, pictures, words)}. Look closer`}
      >
        <PictureCanvas pixels={pixels} shape={pool.shape} label={labelOf(place, pictures)} />
        <span class={`game-tick game-mark-${right ? 'right' : 'wrong'}`}>
          <Icon name={right ? 'check' : 'cross'} />
        </span>
        <span class={`game-thumb-kind game-${kind}`}>{word}</span>
      </button>
    </li>
  );
}

function Look({ place }: { place: number }) {
  const told = game.told(place);
  const { pictures, pool } = game.round.peek()!.table;
  const { word } = terms.value[told.kind];
  return (
    <div class="game-look grid gap-16">
      <div class="game-card">
        <PictureCanvas pixels={told.pixels} shape={pool.shape} label={labelOf(place, pictures, word)} />
      </div>
      <Reveal told={told} />
    </div>
  );
}

/** Which of the player's reasons were right how often. */
function ByReason() {
  const answers = game.answers.value;
  const scores = scoresByReason(answers, terms.value);
  if (scores.length === 0) return null;
  const silent = answers.length - scores.reduce((sum, { of }) => sum + of, 0);
  return (
    <section class="card grid top gap-14" aria-labelledby="game-by-reason-title">
      <h2 id="game-by-reason-title" class="card-title">
        What you went by
      </h2>
      <ul>
        {scores.map(({ reason, right, of }) => (
          <li key={reason}>
            {reason}: {right} of {of} right
          </li>
        ))}
      </ul>
      <p class="muted">
        {silent > 0 && (silent === 1 ? '1 answer without a reason. ' : `${silent} answers without a reason. `)}A coin is
        right in half of all cases, so a reason proves itself only over several rounds.
      </p>
    </section>
  );
}

function Share() {
  const round = game.round.value!;
  const { model, pool, pictures } = round.table;
  const link = model.own || pool.own ? undefined : linkTo('game', addressOf(round));
  const text = shareText({
    answers: game.answers.value,
    title: model.title,
    best: record.value.best,
    link,
    terms: terms.value,
  });
  const copy = async () => {
    if (await copyText(text, 'mark the text and copy it')) toast('The result is in the clipboard.');
  };
  return (
    <section class="card grid top gap-14" aria-labelledby="game-share-title">
      <h2 id="game-share-title" class="card-title">
        Challenge somebody
      </h2>
      <p class="muted">
        {link === undefined
          ? 'The text says how you did. The model or the pictures are your own, so there is no link to the round.'
          : `The link deals the same ${pictures} pictures. The text gives none of them away.`}
      </p>
      <pre class="game-text">{text}</pre>
      <div class="game-buttons gap-12">
        {'share' in navigator && (
          <Button icon="upload" onClick={() => navigator.share({ text }).catch(() => {})}>
            Share
          </Button>
        )}
        <Button icon="check" onClick={() => void copy()}>
          Copy result
        </Button>
      </div>
    </section>
  );
}
