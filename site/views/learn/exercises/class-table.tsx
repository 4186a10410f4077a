/** The links of a class, pasted: who has done what, and how the class did in the game. Nothing is stored. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Field } from '../../../components/field.tsx';
import { balancedAccuracy } from '../../game/rules/chance.ts';
import { withInterval } from '../../game/rules/score.ts';
import { CHAPTERS } from '../chapters.ts';
import { linksIn, rightOf, sharedSeeds, type Work } from './hand-in.ts';
import { EXERCISES, exercisesOf } from './table.ts';

export function ClassTable(): JSX.Element {
  const [text, setText] = useState('');
  const links = useMemo(() => linksIn(text), [text]);
  const works = links.flatMap(({ work }) => work ?? []);
  const shared = sharedSeeds(works);
  const broken = links.filter(({ fault }) => fault !== undefined);
  return (
    <>
      <header class="grid gap-8">
        <h1>Links of a class</h1>
        <p class="lede">Paste what your students gave you. It stays in this tab, and is gone when you leave.</p>
      </header>
      <Field
        label="Links"
        hint="One after another; other words between them do no harm."
        error={text.trim() !== '' && links.length === 0 ? 'There is no link to hand in among this.' : null}
      >
        {(ids) => (
          <textarea
            {...ids}
            class="input learn-links"
            rows={5}
            spellcheck={false}
            value={text}
            onInput={({ currentTarget: { value } }) => setText(value)}
          />
        )}
      </Field>
      {works.length > 0 && (
        <div class="learn-class grid gap-12">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a phone */}
          <section class="learn-class-scroll" aria-label="What the class has done" tabIndex={0}>
            <table>
              <caption>
                Right answers of three, by chapter: {works.length === 1 ? '1 link' : `${works.length} links`}
              </caption>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Seed</th>
                  {CHAPTERS.map(({ id, title }, i) => (
                    <th key={id} scope="col" title={title}>
                      {i + 1}
                    </th>
                  ))}
                  <th scope="col">of {EXERCISES.length}</th>
                </tr>
              </thead>
              <tbody>
                {works.map((work, i) => (
                  <Row key={i} work={work} shared={shared.has(work.seed)} />
                ))}
              </tbody>
            </table>
          </section>
          {shared.size > 0 && (
            <p class="learn-answer-wrong">
              Links with one seed under two names: {[...shared].join(', ')}. One may be a copy of the other.
            </p>
          )}
          <Game works={works} />
        </div>
      )}
      {broken.map(({ text: link, fault }) => (
        <p key={link} class="learn-answer-wrong">
          …{link.slice(-24)}: {fault}
        </p>
      ))}
    </>
  );
}

function Row({ work, shared }: { work: Work; shared: boolean }): JSX.Element {
  const right = rightOf(work);
  return (
    <tr>
      <th scope="row">{work.name || 'no name'}</th>
      <td>
        {work.seed}
        {shared && ' !'}
      </td>
      {CHAPTERS.map(({ id }) => (
        <td key={id}>{exercisesOf(id).filter((one) => right.has(one.id)).length || '–'}</td>
      ))}
      <td>{right.size}</td>
    </tr>
  );
}

/** All answers of the class's game, from its first exercise. */
function Game({ works }: { works: readonly Work[] }): JSX.Element | null {
  const played = works.filter((work) => rightOf(work).has('game-1')).map(({ answers }) => answers.get('game-1')!);
  if (played.length === 0) return null;
  const sum = (i: number) => played.reduce((total, answer) => total + answer[i]!, 0);
  const [shown, passed, reals, doubted] = [sum(1), sum(2), sum(3), sum(4)];
  const accuracy = balancedAccuracy({
    real: { real: reals - doubted, synthetic: doubted },
    synthetic: { real: passed, synthetic: shown - passed },
  });
  return (
    <p>
      The game: {played.length === 1 ? '1 player' : `${played.length} players`} took {passed} of {shown} synthetic
      pictures for real, and {doubted} of {reals} real ones for synthetic.{' '}
      {accuracy && `Balanced accuracy ${withInterval(accuracy)}; a coin has 50 %.`} Players who see the same picture
      often err alike, so the true interval is wider.
    </p>
  );
}
