/** A round: the board, the picture, the two answers, and after each answer what the picture was. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Progress } from '../../components/progress.tsx';
import { loaded, useModel } from '../../store.ts';
import { Board } from './board.tsx';
import { FaceCard } from './face-card.tsx';
import { MarkedPixels } from './marked-pixels.tsx';
import { PICTURES } from './plan.ts';
import { Reveal } from './reveal.tsx';
import { answer, game, next, reference } from './state.ts';
import { type Giveaway, giveaways } from './unusual.ts';
import { labelOf } from './words.ts';

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
  const told = open ? game.told(place) : null;
  const { pixels } = face;

  return (
    <section class="game-round" data-open={open} ref={table} tabIndex={-1} aria-label={labelOf(place)}>
      <h1 class="game-title">Real or synthetic?</h1>
      <Board />
      {pixels === null ? (
        <Waiting />
      ) : (
        <Answered key={place} told={told}>
          {(marked, panel) => (
            <>
              <FaceCard
                face={{ ...face, pixels }}
                told={told?.kind}
                onSwipe={(side) => {
                  if (game.open.peek()) next();
                  else answer(side === 'left' ? 'real' : 'synthetic');
                }}
              >
                {marked}
                {told && <span class={`game-stamp game-stamp-${told.kind}`}>{told.kind}</span>}
                <span class="game-lean game-lean-left">{open ? 'Next' : 'Real'}</span>
                <span class="game-lean game-lean-right">{open ? 'Next' : 'Synthetic'}</span>
              </FaceCard>
              {panel}
            </>
          )}
        </Answered>
      )}
      <div class="game-actions" ref={onward}>
        {open ? (
          <Button kind="primary" class="game-big" onClick={next}>
            {place + 1 === PICTURES ? 'See how you did' : 'Next picture'}
            <Icon name="next" />
          </Button>
        ) : (
          <>
            <Button
              class="game-big game-answer-real"
              disabled={pixels === null}
              aria-keyshortcuts="R ArrowLeft"
              onClick={() => answer('real')}
            >
              <span class="game-arrow" aria-hidden="true">
                ←
              </span>
              Real
            </Button>
            <Button
              class="game-big game-answer-synthetic"
              disabled={pixels === null}
              aria-keyshortcuts="S ArrowRight"
              onClick={() => answer('synthetic')}
            >
              Synthetic
              <span class="game-arrow" aria-hidden="true">
                →
              </span>
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

interface AnsweredProps {
  told: ReturnType<typeof game.told> | null;
  children: (marked: JSX.Element | null, panel: JSX.Element) => JSX.Element;
}

/** Shown after an answer: the panel, and the pixels that it points at. */
function Answered({ told, children }: AnsweredProps): JSX.Element {
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const measures = reference.value;
  if (!told) {
    const panel = (
      <div class="game-panel game-question">
        <p class="game-ask">Is it real, or did the model paint it?</p>
        <p class="muted">
          <span class="game-touch">Swipe left for real, right for synthetic.</span>
          <span class="game-mouse">
            <kbd>←</kbd> or <kbd>R</kbd> for real, <kbd>→</kbd> or <kbd>S</kbd> for synthetic
          </span>
        </p>
      </div>
    );
    return children(null, panel);
  }
  const found = measures ? giveaways(told.pixels, measures, told.kind === 'real' ? told.real : undefined) : undefined;
  const first = found?.find(({ where, faint }) => where.length > 0 && !faint)?.id ?? null;
  const shown = chosen === undefined ? first : chosen;
  const where = found?.find(({ id }: Giveaway) => id === shown)?.where;
  const { shape } = game.round.peek()!.table.pool;
  return children(
    where ? <MarkedPixels where={where} shape={shape} /> : null,
    <Reveal
      class="game-panel"
      told={told}
      found={found}
      measuring={measures === null}
      shown={shown}
      onShow={setChosen}
    />,
  );
}

/** Shown while the half that holds this picture is painted. It gives nothing away. */
function Waiting(): JSX.Element {
  const round = game.round.value;
  const model = loaded.value;
  const failed = model.state === 'failed' ? model.message : game.failed.value;
  if (failed !== null) {
    const retry = () => (model.state === 'failed' ? void useModel().catch(() => {}) : game.retry());
    return (
      <div class="game-waiting game-trouble" role="alert">
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
