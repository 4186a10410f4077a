/** All chapters, what is done of them, and where to go on. */
import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { usePassFocus } from '../../components/pass-focus.ts';
import { formatRoute } from '../../state/router.ts';
import { CHAPTERS, type PageId } from './chapters.ts';
import { READING } from './cite.tsx';
import { Mark } from './contents.tsx';
import { done, forget, goOn, last } from './progress.ts';

/** @param children the picture of the whole, which has code of its own */
export function Overview({ children }: { children: ComponentChildren }): JSX.Element {
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
      {children}
      <ol class="learn-cards grid gap-12">
        {CHAPTERS.map(({ id, title, idea }, i) => (
          <li key={id}>
            <a class="card learn-card" href={formatRoute('learn', {}, id)}>
              <Mark id={id} number={i + 1} />
              <span>
                <strong>{title}</strong>
                <span class="learn-card-idea">{idea}</span>
              </span>
            </a>
          </li>
        ))}
        <li>
          <a class="card learn-card" href={formatRoute('learn', {}, READING)}>
            <span class="learn-mark muted fine">
              <Icon name="link" />
            </span>
            <span>
              <strong>Further reading</strong>
              <span class="learn-card-idea">What to read first, and the paper of each claim.</span>
            </span>
          </a>
        </li>
        <li>
          <a class="card learn-card" href={formatRoute('learn', {}, 'sheet' satisfies PageId)}>
            <span class="learn-mark muted fine">
              <Icon name="check" />
            </span>
            <span>
              <strong>Exercises, for the teacher</strong>
              <span class="learn-card-idea">All of them on one sheet to print, with solutions behind a switch.</span>
            </span>
          </a>
        </li>
      </ol>
    </div>
  );
}

function Count(): JSX.Element {
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
