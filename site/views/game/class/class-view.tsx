/** For lecturers: make a round, hand it out, and add up what the class answered. No server is asked. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { ModelBar } from '../../../shell/model-bar.tsx';
import { formatRoute } from '../../../state/router.ts';
import { RoundSettings } from '../intro/intro.tsx';
import { OpenRound } from '../intro/open-round.tsx';
import { OwnPictures } from '../intro/own-pictures.tsx';
import { Trouble } from '../intro/trouble.tsx';
import { closeRound, game, info, opened, reals, terms, unplayable } from '../state/state.ts';
import { Collect } from './collect.tsx';
import { HandOut } from './hand-out.tsx';
import { MakeOwn } from './make-own.tsx';

type Source = 'page' | 'own';

export function ClassView(): JSX.Element {
  const [source, setSource] = useState<Source>('page');
  const round = source === 'page' || opened.value ? game.round.value : null;
  return (
    <div class="game-class">
      <header class="grid gap-10">
        <h1 class="view-title">A round for a class</h1>
        <p class="lede">
          Make a round, hand it out, and add up the codes that the class reads out. Nothing is sent anywhere.{' '}
          <a href={formatRoute('game')}>Back to the game</a>
        </p>
      </header>
      <section class="card game-class-part grid top gap-16" aria-labelledby="game-class-make">
        <h2 id="game-class-make" class="card-title">
          1. Make the round
        </h2>
        <Make source={source} onSource={setSource} />
      </section>
      {round && (
        <>
          <HandOut round={round} />
          <Collect key={`${round.seed} ${round.table.pool.id} ${round.table.pictures}`} round={round} />
        </>
      )}
      <Notice text={terms.value.notice} />
    </div>
  );
}

function Make({ source, onSource }: { source: Source; onSource: (to: Source) => void }): JSX.Element {
  const file = opened.value;
  if (file) {
    return (
      <div class="game-class-file row">
        <p>
          <strong>{file.file.title}</strong>: {file.pictures} pictures, from a file or your own.
        </p>
        <Button onClick={closeRound}>Make another round</Button>
      </div>
    );
  }
  const wanting = info.value !== null && (reals.value.state === 'wanted' || reals.value.state === 'failed');
  return (
    <>
      <Segmented
        label="Pictures"
        value={source}
        options={[
          { value: 'page', label: 'This page’s' },
          { value: 'own', label: 'Your own' },
        ]}
        onChange={onSource}
      />
      {source === 'page' ? (
        <>
          <ModelBar />
          <Trouble text={unplayable.value} />
          {wanting ? <OwnPictures /> : <RoundSettings />}
        </>
      ) : (
        <MakeOwn />
      )}
      <div class="game-class-open row">
        <p class="muted">A round that you saved before:</p>
        <OpenRound />
      </div>
    </>
  );
}
