/** A round: the board, the picture, the two answers, and after each answer what the picture was. */
import { type ComponentChildren, Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button, Icon } from '../../components/button.tsx';
import { Notice, Progress, Trouble } from '../../components/card.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { linkTo, loaded, useModel } from '../../state/store.ts';
import type { Face, Table, Told } from './rules/game.ts';
import type { Kind } from './rules/plan.ts';
import { isRight, score } from './rules/score.ts';
import { capital } from './rules/terms.ts';
import { factOf, labelOf, verdictOf } from './rules/words.ts';
import { answer, choose, game, next, reason, record, terms } from './state/state.ts';

/** A picture of the round: the card on the table, which knows no more than the player does, and what it was, after the answer. */

/** How far a card must be dragged to count as an answer, CSS pixels. */
const FAR = 64;

interface FaceCardProps {
  face: Face & { pixels: Uint8ClampedArray };
  /** Of the round. */
  pictures: number;
  /** After the answer: what it was, for the text alternative. */
  told?: string | undefined;
  onSwipe: (side: 'left' | 'right') => void;
  children?: ComponentChildren;
}

function FaceCard({ face, pictures, told, onSwipe, children }: FaceCardProps) {
  const card = useRef<HTMLDivElement>(null);
  const drag = useRef<{ id: number; x: number } | null>(null);

  const move = (dx: number) => {
    const { style, dataset } = card.current!;
    style.transform = dx === 0 ? '' : `translateX(${dx}px) rotate(${dx / 24}deg)`;
    dataset.lean = Math.abs(dx) < FAR ? '' : dx < 0 ? 'left' : 'right';
  };
  const letGo = ({ clientX, pointerId, type }: PointerEvent) => {
    const from = drag.current;
    if (from?.id !== pointerId) return;
    drag.current = null;
    delete card.current!.dataset.held;
    move(0);
    const dx = clientX - from.x;
    if (type === 'pointerup' && Math.abs(dx) >= FAR) onSwipe(dx < 0 ? 'left' : 'right');
  };

  return (
    <div
      ref={card}
      class="game-card game-face"
      onPointerDown={(event) => {
        if (!event.isPrimary || event.button !== 0) return;
        drag.current = { id: event.pointerId, x: event.clientX };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.dataset.held = '';
      }}
      onPointerMove={(event) => {
        if (drag.current?.id === event.pointerId) move(event.clientX - drag.current.x);
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
    >
      <PictureCanvas pixels={face.pixels} shape={face.shape} label={labelOf(face.place, pictures, told)} />
      {children}
    </div>
  );
}

/** What an answered picture was, and whether the answer was right. */
export function Reveal({ told }: { told: Told }) {
  const { table } = game.round.peek()!;
  const right = told.said === told.kind;
  return (
    <div class="game-reveal grid gap-10">
      <p class={`game-verdict line gap-8 game-verdict-${right ? 'right' : 'wrong'}`}>
        <Icon name={right ? 'check' : 'cross'} />
        {verdictOf(told, terms.value)}
      </p>
      <p>
        {factOf(told, table)} {told.kind === 'synthetic' && <a href={formingLink(told, table)}>See it form</a>}
      </p>
      {told.reason && (
        <p class="muted">
          You went by: <strong>{told.reason}</strong>.
        </p>
      )}
    </div>
  );
}

/** The sampling view makes the same picture, step by step. */
function formingLink({ seed, label, conditions }: Told, { model, steps }: Table): string {
  const numbers = Object.entries(conditions).map(([name, value]) => [`condition.${name}`, value]);
  const told = { ...(label !== null && { labels: label }), ...Object.fromEntries(numbers) };
  return linkTo('sample', { model: model.id, count: 1, steps, sampler: 'ddim', eta: 0, seed, ...told });
}

export function RoundView() {
  const round = game.round.value;
  const place = game.place.value;
  const open = game.open.value;
  const table = useRef<HTMLElement>(null);
  const onward = useRef<HTMLDivElement>(null);
  const painted = round !== null && round.painted.value > place;

  // The focus goes where the next move is: to the picture, then to the button that goes on.
  useEffect(() => {
    if (open) onward.current?.querySelector('button')?.focus({ preventScroll: true });
    else table.current?.focus({ preventScroll: true });
  }, [place, open, painted]);

  if (!round) return null;
  const face = round.face(place);
  const told = open ? game.told(place) : undefined;
  const { pixels } = face;
  const { title, real, synthetic, notice } = terms.value;
  const { pictures } = round.table;
  const word = told && terms.value[told.kind].word;

  return (
    <section class="game-round grid" data-open={open} ref={table} tabIndex={-1} aria-label={labelOf(place, pictures)}>
      <h1 class="hidden">{title}</h1>
      <Board />
      {pixels === null ? (
        <Waiting />
      ) : (
        <Fragment key={place}>
          <FaceCard
            face={{ ...face, pixels }}
            pictures={pictures}
            told={word}
            onSwipe={(side) => {
              if (game.open.peek()) next();
              else answer(side === 'left' ? 'real' : 'synthetic');
            }}
          >
            {told && <span class={`game-stamp game-stamp-${told.kind}`}>{word}</span>}
            <span class="game-lean game-lean-left">{open ? 'Next' : capital(real.word)}</span>
            <span class="game-lean game-lean-right">{open ? 'Next' : capital(synthetic.word)}</span>
          </FaceCard>
          <div class="game-panel slim">{told ? <Reveal told={told} /> : <Question />}</div>
        </Fragment>
      )}
      <div class="game-actions grid gap-12" ref={onward}>
        {open ? (
          <Button kind="primary" class="game-big" onClick={next}>
            {place + 1 === pictures ? 'See how you did' : 'Next picture'}
            <Icon name="next" />
          </Button>
        ) : (
          (['real', 'synthetic'] as const).map((kind) => <Answer key={kind} kind={kind} ready={pixels !== null} />)
        )}
      </div>
      <Notice text={notice} />
    </section>
  );
}

/** Where the round stands: a mark for each picture, score, streak. */
function Board() {
  const answers = game.answers.value;
  const place = game.place.value;
  const figures = { Score: score(answers), Streak: game.streak.value, Best: record.value.best };
  return (
    <div class="game-board row between">
      <ol class="game-marks gap-4" aria-label="Pictures of this round">
        {Array.from({ length: game.round.value!.table.pictures }, (_, i) => {
          const answer = answers[i];
          const state = answer ? (isRight(answer) ? 'right' : 'wrong') : i === place ? 'now' : 'ahead';
          return (
            <li key={String(i)} class={`game-mark game-mark-${state}`} aria-current={i === place ? 'step' : undefined}>
              <span class="hidden">
                {i + 1}: {state === 'now' ? 'on the table' : state === 'ahead' ? 'to come' : state}
              </span>
              {answer && <Icon name={isRight(answer) ? 'check' : 'cross'} />}
            </li>
          );
        })}
      </ol>
      <p class="row gap-16 muted">
        {Object.entries(figures).map(([name, value]) => (
          <span key={name}>
            {name} <strong class="number">{value}</strong>
          </span>
        ))}
      </p>
    </div>
  );
}

/** An answer, on the side that its arrow and its swipe point to. */
function Answer({ kind, ready }: { kind: Kind; ready: boolean }) {
  const { word } = terms.value[kind];
  const left = kind === 'real';
  return (
    <Button
      class={`game-big game-answer-${kind}`}
      disabled={!ready}
      aria-keyshortcuts={`${keyOf(kind)} ${left ? 'ArrowLeft' : 'ArrowRight'}`}
      onClick={() => answer(kind)}
    >
      {left && <Arrow of="←" />}
      {capital(word)}
      {!left && <Arrow of="→" />}
    </Button>
  );
}

const Arrow = ({ of }: { of: string }) => (
  <span class="game-arrow muted" aria-hidden="true">
    {of}
  </span>
);

/** The key that says so. */
const keyOf = (kind: Kind): string => terms.value[kind].word[0]!.toUpperCase();

/** What is asked, how it is answered, and what the player goes by, if he wants to say so. */
function Question() {
  const { question, real, synthetic, reasons } = terms.value;
  return (
    <>
      <p class="heading game-ask">{question}</p>
      <p class="muted">
        <span class="game-touch">
          Swipe left for {real.word}, right for {synthetic.word}.
        </span>
        <span class="game-mouse">
          <kbd>←</kbd> or <kbd>{keyOf('real')}</kbd> for {real.word}, <kbd>→</kbd> or <kbd>{keyOf('synthetic')}</kbd>{' '}
          for {synthetic.word}
        </span>
      </p>
      <fieldset class="game-reasons slim">
        <legend class="muted small">What do you go by? You need not say.</legend>
        {reasons.map((label, i) => (
          <button
            key={label}
            type="button"
            class="game-reason"
            aria-pressed={reason.value === label}
            aria-keyshortcuts={String(i + 1)}
            onClick={() => choose(label)}
          >
            {label}
          </button>
        ))}
      </fieldset>
    </>
  );
}

/** Shown while the batch that holds this picture is painted. It gives nothing away. */
function Waiting() {
  const model = loaded.value;
  const lost = model.state === 'failed';
  const why = lost ? model.message : game.failed.value;
  return (
    <div class="game-waiting grid">
      {why === null ? (
        <Progress label="The next pictures are being painted" value={game.round.value!.progress.value} />
      ) : (
        <Trouble words={why} onRetry={() => (lost ? void useModel().catch(() => {}) : game.retry())} />
      )}
    </div>
  );
}
