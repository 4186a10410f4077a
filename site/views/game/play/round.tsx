/** A round: the board, the picture, the two answers, and after each answer what the picture was. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Progress } from '../../../components/progress.tsx';
import { loaded, useModel } from '../../../state/store.ts';
import { REASONS } from '../rules/reasons.ts';
import { capital, type KindWords } from '../rules/terms.ts';
import { answer, choose, game, next, reason, terms } from '../state/state.ts';
import { useFindings } from '../state/use-findings.ts';
import { labelOf } from '../state/words.ts';
import { Board } from './board.tsx';
import { FaceCard } from './face-card.tsx';
import { MarkedPixels } from './marked-pixels.tsx';
import { Reveal } from './reveal.tsx';

export function RoundView(): JSX.Element | null {
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

  return (
    <section class="game-round" data-open={open} ref={table} tabIndex={-1} aria-label={labelOf(place, pictures)}>
      <h1 class="game-title">{title}</h1>
      <Board />
      {pixels === null ? (
        <Waiting />
      ) : (
        <Answered key={place} told={told}>
          {(marked, panel) => (
            <>
              <FaceCard
                face={{ ...face, pixels }}
                pictures={pictures}
                told={told ? terms.value[told.kind].word : undefined}
                onSwipe={(side) => {
                  if (game.open.peek()) next();
                  else answer(side === 'left' ? 'real' : 'synthetic');
                }}
              >
                {marked}
                {told && <span class={`game-stamp game-stamp-${told.kind}`}>{terms.value[told.kind].word}</span>}
                <span class="game-lean game-lean-left">{open ? 'Next' : capital(real.word)}</span>
                <span class="game-lean game-lean-right">{open ? 'Next' : capital(synthetic.word)}</span>
              </FaceCard>
              {panel}
            </>
          )}
        </Answered>
      )}
      <div class="game-actions" ref={onward}>
        {open ? (
          <Button kind="primary" class="game-big" onClick={next}>
            {place + 1 === pictures ? 'See how you did' : 'Next picture'}
            <Icon name="next" />
          </Button>
        ) : (
          <>
            <Button
              class="game-big game-answer-real"
              disabled={pixels === null}
              aria-keyshortcuts={`${keyOf(real)} ArrowLeft`}
              onClick={() => answer('real')}
            >
              <span class="game-arrow" aria-hidden="true">
                ←
              </span>
              {capital(real.word)}
            </Button>
            <Button
              class="game-big game-answer-synthetic"
              disabled={pixels === null}
              aria-keyshortcuts={`${keyOf(synthetic)} ArrowRight`}
              onClick={() => answer('synthetic')}
            >
              {capital(synthetic.word)}
              <span class="game-arrow" aria-hidden="true">
                →
              </span>
            </Button>
          </>
        )}
      </div>
      <Notice text={notice} />
    </section>
  );
}

/** The key that says so. */
const keyOf = ({ word }: KindWords): string => word[0]!.toUpperCase();

interface AnsweredProps {
  told: ReturnType<typeof game.told> | undefined;
  children: (marked: JSX.Element | null, panel: JSX.Element) => JSX.Element;
}

/** Shown after an answer: the panel, and the pixels that it points at. */
function Answered({ told, children }: AnsweredProps): JSX.Element {
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const findings = useFindings(told);
  if (!told || !findings) return children(null, <Question />);
  const first = findings.found?.find(({ where, faint }) => where.length > 0 && !faint)?.id ?? null;
  const shown = chosen === undefined ? first : chosen;
  const where = findings.where(shown);
  const { shape } = game.round.peek()!.table.pool;
  return children(
    where ? <MarkedPixels where={where} shape={shape} /> : null,
    <Reveal class="game-panel slim" told={told} findings={findings} shown={shown} onShow={setChosen} />,
  );
}

function Question(): JSX.Element {
  const { question, real, synthetic } = terms.value;
  return (
    <div class="game-panel slim game-question">
      <p class="heading game-ask">{question}</p>
      <p class="muted game-how">
        <span class="game-touch">
          Swipe left for {real.word}, right for {synthetic.word}.
        </span>
        <span class="game-mouse">
          <kbd>←</kbd> or <kbd>{keyOf(real)}</kbd> for {real.word}, <kbd>→</kbd> or <kbd>{keyOf(synthetic)}</kbd> for{' '}
          {synthetic.word}
        </span>
      </p>
      <ReasonChoice />
    </div>
  );
}

/** Shown while the batch that holds this picture is painted. It gives nothing away. */
function Waiting(): JSX.Element {
  const round = game.round.value;
  const model = loaded.value;
  const failed = model.state === 'failed' ? model.message : game.failed.value;
  if (failed !== null) {
    const retry = () => (model.state === 'failed' ? void useModel().catch(() => {}) : game.retry());
    return (
      <div class="game-waiting trouble game-trouble row" role="alert">
        <Icon name="alert" />
        <p>{failed}</p>
        <Button icon="retry" onClick={retry}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <div class="game-waiting">
      <Progress label="The next pictures are being painted" value={round?.progress.value ?? null} />
    </div>
  );
}

/** Before the answer: what the player goes by, if he wants to say so. */
function ReasonChoice(): JSX.Element {
  const { subject } = game.round.value!.table.pool;
  return (
    <fieldset class="game-reasons">
      <legend>What do you go by? You need not say.</legend>
      <div class="game-reason-row">
        {REASONS[subject].map(({ id, label }, i) => (
          <button
            key={id}
            type="button"
            class="game-reason"
            aria-pressed={reason.value === id}
            aria-keyshortcuts={String(i + 1)}
            onClick={() => choose(id)}
          >
            {label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
