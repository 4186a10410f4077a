/** What every chapter has: its place in the story, its idea, and the way on. */
import type { ComponentChildren, JSX } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { formatRoute } from '../../state/router.ts';
import { CHAPTERS, type Chapter, neighbours } from './chapters.ts';
import { markDone } from './progress.ts';

export function ChapterFrame({ chapter, children }: { chapter: Chapter; children: ComponentChildren }): JSX.Element {
  const { id, title, idea } = chapter;
  const { before, after, number } = neighbours(id);
  return (
    <article class="learn-chapter grid slim gap-24">
      <header class="learn-head grid gap-8">
        <p class="learn-kicker">
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
