/** Learn: the lecture in chapters, each with an address of its own, `#/learn/guess`. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Later } from '../../components/later.tsx';
import { createLazy, type LazyModule } from '../../components/lazy.tsx';
import { route } from '../../state/store.ts';
import { CHAPTERS, type Chapter, type ChapterId, findChapter, findPage, neighbours, type PageId } from './chapters.ts';
import { READING } from './cite.tsx';
import { Contents } from './contents.tsx';
import './learn.css';
import './figures.css';
import { Icon } from '../../components/icon.tsx';
import { formatRoute } from '../../state/router.ts';
import { openPart } from '../../sw/register.ts';
import { useLit } from './lit.ts';
import { Overview } from './overview.tsx';
import { last, markDone } from './progress.ts';
import { asked } from './readings.ts';

const modules = import.meta.glob<Awaited<ReturnType<LazyModule>>>('./*/index.tsx');
const { Show } = createLazy<ChapterId | 'map' | typeof READING>((id) => modules[`./${id}/index.tsx`]);

/** Of all chapters: read when a chapter is on show, so that a first visit does not wait for them. */
const exercises = import.meta.glob<Awaited<ReturnType<LazyModule>>>('./exercises/exercise-*.tsx');
const { Show: ShowExercises } = createLazy<'list' | PageId>((id) => exercises[`./exercises/exercise-${id}.tsx`]);

export default function LearnView(): JSX.Element {
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
  const page = findPage(route.value.part);
  if (page) return <ShowExercises key={page.id} name={page.id} />;
  if (route.value.part === READING) return <Show name={READING} />;
  if (!chapter) {
    return (
      <Overview>
        <Show name="map" />
      </Overview>
    );
  }
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
function ChapterFrame({ chapter, children }: { chapter: Chapter; children: ComponentChildren }): JSX.Element {
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
      <nav class="learn-onward" aria-label="Before and after">
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
