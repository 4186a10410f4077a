/** Learn: the lecture in chapters, each with an address of its own, `#/learn/guess`. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button, Icon } from '../../components/button.tsx';
import { Later } from '../../components/later.tsx';
import { createLazy, type LazyModule } from '../../components/lazy.tsx';
import { usePassFocus } from '../../components/pass-focus.ts';
import { formatRoute } from '../../state/router.ts';
import { route } from '../../state/store.ts';
import { CHAPTERS, type Chapter, type ChapterId, findChapter, neighbours, SHEET } from './chapters.ts';
import { READING } from './parts.tsx';
import { done, forget, goOn, last, markDone } from './progress.ts';
import './learn.css';
import './figures.css';
import { openPart } from '../../sw/register.ts';
import { useLit } from './lit.ts';
import { asked } from './readings.ts';

/** All chapters, what is done of them, and where to go on; and their list beside the open one. */

function Overview() {
  const { size } = done.value;
  const next = goOn.value;
  const begun = size > 0 || last.value !== undefined;
  return (
    <div class="learn-overview grid slim gap-24">
      <header class="learn-head grid gap-8">
        <h1>Learn how diffusion works</h1>
        <p class="lede">
          From “what is noise?” to a model that you train yourself, in nine short chapters. What you see is computed
          while you watch, on this device; what was recorded says so.
        </p>
        <p class="learn-go row">
          <a class="button button-primary" href={formatRoute('learn', {}, next.id)}>
            {begun && size < CHAPTERS.length ? `Go on with “${next.title}”` : 'Start with chapter 1'}
            <Icon name="next" />
          </a>
          {begun && <Count />}
        </p>
      </header>
      <ol class="learn-cards grid gap-12">
        {CHAPTERS.map(({ id, title, idea }, i) => (
          <li key={id}>
            <a class="card learn-card gap-14" href={formatRoute('learn', {}, id)}>
              <Mark id={id} number={i + 1} />
              <span>
                <strong>{title}</strong>
                <span class="learn-card-idea muted">{idea}</span>
              </span>
            </a>
          </li>
        ))}
        <li>
          <a class="card learn-card gap-14" href={formatRoute('learn', {}, READING)}>
            <span class="learn-mark muted fine">
              <Icon name="link" />
            </span>
            <span>
              <strong>Further reading</strong>
              <span class="learn-card-idea muted">What to read first, and the paper of each claim.</span>
            </span>
          </a>
        </li>
        <li>
          <a class="card learn-card gap-14" href={formatRoute('learn', {}, SHEET.id)}>
            <span class="learn-mark muted fine">
              <Icon name="check" />
            </span>
            <span>
              <strong>{SHEET.title}</strong>
              <span class="learn-card-idea muted">
                All of them on one sheet to print, with solutions behind a switch.
              </span>
            </span>
          </a>
        </li>
      </ol>
    </div>
  );
}

function Count() {
  const count = useRef<HTMLSpanElement>(null);
  usePassFocus(count);
  return (
    <span class="row gap-4 muted" ref={count}>
      {done.value.size} of {CHAPTERS.length} done
      <Button kind="quiet" onClick={forget}>
        Forget
      </Button>
    </span>
  );
}

function Contents({ open }: { open: ChapterId }) {
  const fold = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (fold.current) fold.current.open = false; // a chosen chapter is on show, not the list
  }, [open]);
  return (
    <nav class="learn-contents" aria-label="Chapters">
      <div class="learn-contents-wide">
        <List open={open} />
      </div>
      <details class="learn-contents-narrow" ref={fold}>
        <summary>
          Chapter {neighbours(open).number} of {CHAPTERS.length} · all chapters
        </summary>
        <List open={open} />
      </details>
    </nav>
  );
}

function List({ open }: { open: ChapterId }) {
  return (
    <ol class="learn-list">
      <li>
        <a href={formatRoute('learn')}>All chapters</a>
      </li>
      {CHAPTERS.map(({ id, title }, i) => (
        <li key={id}>
          <a href={formatRoute('learn', {}, id)} aria-current={id === open ? 'page' : undefined}>
            <Mark id={id} number={i + 1} />
            {title}
          </a>
        </li>
      ))}
      <li>
        <a href={formatRoute('learn', {}, READING)}>Further reading</a>
      </li>
    </ol>
  );
}

/** The chapter's number, or a check once it is done. */
function Mark({ id, number }: { id: ChapterId; number: number }) {
  const finished = done.value.has(id);
  return (
    <span class={finished ? 'learn-mark muted fine learn-mark-done' : 'learn-mark muted fine'}>
      {finished ? <Icon name="check" /> : number}
      {finished && <span class="hidden">done: </span>}
    </span>
  );
}

const modules = import.meta.glob<Awaited<ReturnType<LazyModule>>>('./*/index.tsx');
const { Show } = createLazy<ChapterId | typeof READING>((id) => modules[`./${id}/index.tsx`]);

/** Of all chapters: read when a chapter is on show, so that a first visit does not wait for them. */
const exercises = import.meta.glob<Awaited<ReturnType<LazyModule>>>('./exercises/exercise-*.tsx');
const { Show: ShowExercises } = createLazy<'list' | typeof SHEET.id>(
  (id) => exercises[`./exercises/exercise-${id}.tsx`],
);

export default function LearnView() {
  const chapter = findChapter(route.value.part);
  useEffect(() => {
    if (!chapter) return;
    last.value = chapter;
    openPart('learn'); // without a network the others work, too
  }, [chapter]);
  const exercise = route.value.query.get('exercise');
  useEffect(() => {
    if (exercise !== null) asked.value = exercise;
  }, [exercise, chapter]);
  if (route.value.part === SHEET.id) return <ShowExercises key={SHEET.id} name={SHEET.id} />;
  if (route.value.part === READING) return <Show name={READING} />;
  if (!chapter) return <Overview />;
  return (
    <div class="learn">
      <Contents open={chapter.id} />
      <ChapterFrame key={chapter.id} chapter={chapter}>
        <Show name={chapter.id}>
          <Later>
            <ShowExercises name="list" />
          </Later>
        </Show>
      </ChapterFrame>
    </div>
  );
}

/** What every chapter has: its place in the story, its idea, and the way on. */
function ChapterFrame({ chapter, children }: { chapter: Chapter; children: ComponentChildren }) {
  const { id, title, idea } = chapter;
  const { before, after, number } = neighbours(id);
  const article = useRef<HTMLElement>(null);
  useLit(article);
  return (
    <article class="learn-chapter slim stack-24" ref={article}>
      <header class="learn-head grid gap-8">
        <p class="learn-kicker muted small">
          Chapter {number} of {CHAPTERS.length}
        </p>
        <h1>{title}</h1>
        <p class="lede">{idea}</p>
      </header>
      {children}
      <nav class="learn-onward between gap-12" aria-label="Before and after">
        {before ? (
          <a class="button" href={formatRoute('learn', {}, before.id)}>
            <Icon name="back" />
            {before.title}
          </a>
        ) : (
          <span />
        )}
        <a
          class="button button-primary"
          href={after ? formatRoute('learn', {}, after.id) : formatRoute('learn')}
          onClick={() => markDone(id)}
        >
          {after ? `Next: ${after.title}` : 'Done: all chapters'}
          <Icon name="next" />
        </a>
      </nav>
    </article>
  );
}
