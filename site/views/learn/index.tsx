/** Learn: the lecture in chapters, each with an address of its own, `#/learn/guess`. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { createLazy, type LazyModule } from '../../components/lazy.tsx';
import { route } from '../../state/store.ts';
import { type ChapterId, findChapter } from './chapters.ts';
import { Contents } from './contents.tsx';
import { ChapterFrame } from './frame.tsx';
import './learn.css';
import './figures.css';
import { Overview } from './overview.tsx';
import { last } from './progress.ts';

const modules = import.meta.glob<Awaited<ReturnType<LazyModule>>>('./*/index.tsx');
const { Show } = createLazy<ChapterId>((id) => modules[`./${id}/index.tsx`]);

export default function LearnView(): JSX.Element {
  const chapter = findChapter(route.value.part);
  useEffect(() => {
    if (chapter) last.value = chapter;
  }, [chapter]);
  if (!chapter) return <Overview />;
  return (
    <div class="learn">
      <Contents open={chapter.id} />
      <ChapterFrame key={chapter.id} chapter={chapter}>
        <Show name={chapter.id} />
      </ChapterFrame>
    </div>
  );
}
