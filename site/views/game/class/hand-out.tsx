/** The link and the file that a class plays a round from. */
import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { copyText } from '../../../components/clipboard.ts';
import { Icon } from '../../../components/icon.tsx';
import { Progress } from '../../../components/progress.tsx';
import { toast } from '../../../components/toast.tsx';
import { formatRoute } from '../../../state/router.ts';
import { linkTo } from '../../../state/store.ts';
import { saveFile } from '../../sample/files/download.ts';
import { Trouble } from '../intro/trouble.tsx';
import { dealsOf, type Round } from '../rules/game.ts';
import { type RoundFile, writeRound } from '../rules/round-file.ts';
import { addressOf, game, nameOfRound } from '../state/state.ts';
import { factOf } from '../state/words.ts';

export function HandOut({ round }: { round: Round }): JSX.Element {
  const { table } = round;
  const linked = !table.file && !table.model.own && !table.pool.own;
  const link = linked ? linkTo('game', addressOf(round, { forClass: true })) : undefined;
  return (
    <section class="card game-class-part grid top gap-16" aria-labelledby="game-class-hand">
      <h2 id="game-class-hand" class="card-title">
        2. Hand it out
      </h2>
      {link === undefined ? (
        <p class="muted">
          The pictures are on no server, so there is no link: save the file and send it. The class opens it in the game
          of this page, with “Open a round’s file”.
        </p>
      ) : (
        <Link link={link} />
      )}
      <Save round={round} linked={linked} />
      <p>
        <a class="button button-plain" href={link === undefined ? formatRoute('game') : hashOf(link)}>
          Play it yourself
          <Icon name="next" />
        </a>
      </p>
    </section>
  );
}

const hashOf = (link: string) => new URL(link).hash;

function Link({ link }: { link: string }): JSX.Element {
  const copy = async () => {
    if (await copyText(link, 'mark the link and copy it')) toast('The link is in the clipboard.');
  };
  return (
    <>
      <p class="muted">
        The link deals the same pictures to all who open it: their own device paints them. It tells none of the answers.
      </p>
      <pre class="game-text game-link">{link}</pre>
      <div class="game-share-buttons">
        <Button icon="link" onClick={() => void copy()}>
          Copy link
        </Button>
      </div>
    </>
  );
}

function Save({ round, linked }: { round: Round; linked: boolean }): JSX.Element {
  const { table, painted, progress, seed } = round;
  const ready = painted.value === table.pictures;
  const save = () => {
    const text = writeRound(fileOfRound(round));
    saveFile(new Blob([text], { type: 'application/json' }), `round-${table.file ? 'own' : seed}.json`);
  };
  return (
    <>
      {linked && (
        <p class="muted">
          Or a file, for slow phones: it holds the painted pictures, and the class opens it with “Open a round’s file”.
          It also holds what they are.
        </p>
      )}
      <div class="game-share-buttons">
        <Button icon="download" disabled={!ready} onClick={save}>
          Save the round’s file
        </Button>
        {!ready && game.failed.value === null && (
          <Progress
            label={`Painting: ${painted.value} of ${table.pictures}`}
            value={(painted.value + progress.value) / table.pictures}
          />
        )}
        <Trouble text={game.failed.value} />
      </div>
    </>
  );
}

/** The round's file. @throws Error before all of its pictures are painted */
function fileOfRound(round: Round): RoundFile {
  const { table, seed } = round;
  if (table.file) return table.file;
  const { pool, model } = table;
  const pictures = dealsOf(table, seed).map((deal, place) => {
    const { pixels } = round.face(place);
    if (pixels === null) throw new Error(`Picture ${place + 1} is not painted.`);
    // Of a visitor's own picture the fact is the name of its file, which may be that of a patient.
    const named = pool.own && deal.kind === 'real';
    const fact = named ? undefined : factOf({ ...deal, place, said: deal.kind, pixels }, table);
    return { kind: deal.kind, pixels, ...(fact !== undefined && { fact }) };
  });
  const { terms, subject, shape } = pool;
  return { name: nameOfRound(table, seed), title: `${model.title}, round ${seed}`, terms, subject, shape, pictures };
}
