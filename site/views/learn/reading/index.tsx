/** Further reading: what to read first, and the paper of each claim. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../../../components/icon.tsx';
import { formatRoute } from '../../../state/router.ts';
import { route } from '../../../state/store.ts';
import { CHAPTERS } from '../chapters.ts';
import type { PaperId } from '../cite.tsx';
import { goOn, last } from '../progress.ts';
import { ENTRIES, FURTHER, linkOf, ORDER } from './papers.ts';
import './reading.css';

export default function Reading(): JSX.Element {
  const asked = route.value.query.get('paper');
  useEffect(() => {
    if (asked) document.getElementById(placeOf(asked))?.scrollIntoView({ block: 'center' });
  }, [asked]);
  const back = last.value ?? goOn.value;
  return (
    <article class="learn-reading grid slim gap-24">
      <header class="learn-head grid gap-8">
        <h1>Further reading</h1>
        <p class="lede">What to read first, and then the papers that the chapters rest on. All of them are free.</p>
        <p class="row gap-8">
          <a class="button" href={formatRoute('learn', {}, back.id)}>
            <Icon name="back" />
            {back.title}
          </a>
        </p>
      </header>
      <section class="grid gap-12" aria-labelledby="learn-order">
        <h2 id="learn-order">In this order</h2>
        <ol class="learn-papers learn-papers-order">
          {ORDER.map((id) => (
            <Entry key={id} id={id} asked={asked === id} />
          ))}
        </ol>
      </section>
      {FURTHER.map(({ chapter, papers }) => {
        const number = CHAPTERS.findIndex(({ id }) => id === chapter) + 1;
        return (
          <section key={chapter} class="grid gap-12" aria-labelledby={`learn-papers-${chapter}`}>
            <h2 id={`learn-papers-${chapter}`}>
              <a href={formatRoute('learn', {}, chapter)}>
                {number} · {CHAPTERS[number - 1]!.title}
              </a>
            </h2>
            <ul class="learn-papers">
              {papers.map((id) => (
                <Entry key={id} id={id} asked={asked === id} />
              ))}
            </ul>
          </section>
        );
      })}
    </article>
  );
}

const placeOf = (id: string) => `paper-${id}`;

function Entry({ id, asked }: { id: PaperId; asked: boolean }): JSX.Element {
  const paper = ENTRIES[id];
  const where = 'arxiv' in paper.at ? `arXiv ${paper.at.arxiv}` : new URL(paper.at.url).host;
  return (
    <li
      id={placeOf(id)}
      class={asked ? 'learn-paper learn-paper-asked' : 'learn-paper'}
      aria-current={asked || undefined}
    >
      <a href={linkOf(paper)} rel="noreferrer" translate={false}>
        {paper.title}
      </a>
      <span class="muted" translate={false}>
        {paper.authors}, {paper.year}. {where}
      </span>
      <span>{paper.why}</span>
    </li>
  );
}
