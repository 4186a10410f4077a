/** After the tenth picture: the result, all ten pictures, and a text to share. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { copyText } from '../../../components/clipboard.ts';
import { Dialog } from '../../../components/dialog.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Notice } from '../../../components/notice.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { toast } from '../../../components/toast.tsx';
import { linkTo } from '../../../state/store.ts';
import { score, shareText, verdict, verdictReason } from '../rules/score.ts';
import { addressOf, again, game, record, terms } from '../state/state.ts';
import { useFindings } from '../state/use-findings.ts';
import { labelOf } from '../state/words.ts';
import { Confusion } from './confusion.tsx';
import { MarkedPixels } from './marked-pixels.tsx';
import { ReasonScores } from './reason-scores.tsx';
import { Reveal } from './reveal.tsx';

export function Summary(): JSX.Element | null {
  const heading = useRef<HTMLHeadingElement>(null);
  const [looked, setLooked] = useState<number | null>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const round = game.round.value;
  const answers = game.answers.value;
  if (!round || answers.length < round.table.pictures) return null;
  const { pictures } = round.table;
  const right = score(answers);
  return (
    <div class="game-summary">
      <header class="game-result grid gap-16">
        <h1 class="view-title" ref={heading} tabIndex={-1}>
          <span class="game-score number">
            {right}
            <span class="game-of"> of {pictures}</span>
          </span>
          <span class="game-result-words">{verdict(answers, terms.value)}</span>
        </h1>
        <p class="muted">
          {verdictReason(answers)} Your longest streak so far: <strong class="number">{record.value.best}</strong>.
        </p>
        <div class="game-again">
          <Button kind="primary" class="game-big" icon="retry" onClick={() => again('round')}>
            Play again
          </Button>
          <Button class="game-big" onClick={() => again('intro')}>
            Change settings
          </Button>
        </div>
      </header>
      <section class="game-all" aria-labelledby="game-all-title">
        <h2 id="game-all-title">All {pictures}</h2>
        <ol class="game-thumbs">
          {answers.map((answer, i) => (
            <Thumb key={String(i)} place={i} right={answer.said === answer.truth} onLook={() => setLooked(i)} />
          ))}
        </ol>
      </section>
      <Confusion />
      <ReasonScores />
      <Share />
      <Notice text={terms.value.notice} />
      <Dialog
        open={looked !== null}
        title={looked === null ? '' : labelOf(looked, pictures)}
        onClose={() => setLooked(null)}
      >
        {looked !== null && <Look key={looked} place={looked} />}
      </Dialog>
    </div>
  );
}

function Thumb({ place, right, onLook }: { place: number; right: boolean; onLook: () => void }): JSX.Element {
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
        <span class={`game-tick game-tick-${right ? 'right' : 'wrong'}`}>
          <Icon name={right ? 'check' : 'cross'} />
        </span>
        <span class={`game-thumb-kind game-thumb-${kind}`}>{word}</span>
      </button>
    </li>
  );
}

function Look({ place }: { place: number }): JSX.Element {
  const told = game.told(place);
  const { pictures, pool } = game.round.peek()!.table;
  const { shape } = pool;
  const findings = useFindings(told);
  const [shown, setShown] = useState<string | null>(null);
  const where = findings.where(shown);
  return (
    <div class="game-look grid gap-16">
      <div class="game-card">
        <PictureCanvas
          pixels={told.pixels}
          shape={shape}
          label={labelOf(place, pictures, terms.value[told.kind].word)}
        />
        {where && <MarkedPixels where={where} shape={shape} />}
      </div>
      <Reveal told={told} findings={findings} shown={shown} onShow={setShown} />
    </div>
  );
}

function Share(): JSX.Element {
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
  const copy = async (what: string, done: string) => {
    if (await copyText(what, 'mark the text and copy it')) toast(done);
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
      <div class="game-share-buttons">
        {'share' in navigator && (
          <Button icon="upload" onClick={() => navigator.share({ text }).catch(() => {})}>
            Share
          </Button>
        )}
        <Button icon="check" onClick={() => void copy(text, 'The result is in the clipboard.')}>
          Copy result
        </Button>
        {link !== undefined && (
          <Button icon="link" onClick={() => void copy(link, 'The link to this round is in the clipboard.')}>
            Copy link
          </Button>
        )}
      </div>
    </section>
  );
}
