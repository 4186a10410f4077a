/** The list of chapters beside the open one; on a narrow screen it folds away. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { formatRoute } from '../../state/router.ts';
import { CHAPTERS, type ChapterId, neighbours } from './chapters.ts';
import { READING } from './cite.tsx';
import { done } from './progress.ts';

export function Contents({ open }: { open: ChapterId }): JSX.Element {
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

function List({ open }: { open: ChapterId }): JSX.Element {
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
export function Mark({ id, number }: { id: ChapterId; number: number }): JSX.Element {
  const finished = done.value.has(id);
  return (
    <span class={finished ? 'learn-mark muted fine learn-mark-done' : 'learn-mark muted fine'}>
      {finished ? <Icon name="check" /> : number}
      {finished && <span class="hidden">done: </span>}
    </span>
  );
}
