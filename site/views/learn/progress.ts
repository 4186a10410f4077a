/** Which chapters a visitor has done, and which one was open last; kept in this browser where it allows that. */
import { computed, effect, signal } from '@preact/signals';
import { read, remember, whenChanged } from '../../state/memory.ts';
import { CHAPTERS, type Chapter, type ChapterId, findChapter } from './chapters.ts';

const DONE = 'learn.done';
const LAST = 'learn.last';

/** Ids of chapters, separated by blanks; what is no chapter is left out. */
function parseDone(text: string | undefined): ReadonlySet<ChapterId> {
  const chapters = (text ?? '').split(' ').map(findChapter);
  return new Set(chapters.filter((chapter) => chapter !== undefined).map(({ id }) => id));
}

export const done = signal(parseDone(read(DONE)));
export const last = signal<Chapter | undefined>(findChapter(read(LAST) ?? ''));

effect(() => remember(LAST, last.value?.id ?? ''));

whenChanged(DONE, () => {
  done.value = parseDone(read(DONE));
});

/** Keeps what another tab has marked as well. */
export function markDone(id: ChapterId): void {
  keep(new Set([...parseDone(read(DONE)), ...done.peek(), id]));
}

export function forget(): void {
  keep(new Set());
  last.value = undefined;
}

function keep(ids: ReadonlySet<ChapterId>): void {
  done.value = ids;
  remember(DONE, [...ids].join(' '));
}

/** Where to go on: the open chapter if it is not done, else the first after it that is not; the first once all are. */
export const goOn = computed<Chapter>(() => {
  const at = Math.max(
    CHAPTERS.findIndex(({ id }) => id === last.value?.id),
    0,
  );
  const inTurn = [...CHAPTERS.slice(at), ...CHAPTERS.slice(0, at)];
  return inTurn.find(({ id }) => !done.value.has(id)) ?? CHAPTERS[0];
});
