/** Make it better: the tutorial's list, each with a recorded run beside that of the tutorial's network. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { readable } from '../../forward/state/numbers.ts';
import { Notes, TakeAway, Task } from '../parts.tsx';
import './improve.css';
import { LossChart } from './loss-chart.tsx';
import { NOTES } from './notes.tsx';
import { FIRST, IMPROVEMENTS, type Improvement, runOf } from './runs.ts';

export default function ImproveChapter(): JSX.Element {
  const [chosen, setChosen] = useState<Improvement>(IMPROVEMENTS[0]!);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set([chosen.id]));
  const [before, after] = [runOf(FIRST), runOf(chosen.id)];
  const rounds = after.losses.length * after.meanOf;
  return (
    <>
      <Task done={seen.size >= 3}>Switch on one improvement after another. First guess: will it help, or not?</Task>
      <Card title="The tutorial’s list" class="grid gap-16">
        <fieldset class="grid gap-4">
          <legend class="hidden">Improvement</legend>
          {IMPROVEMENTS.map((one) => (
            <label key={one.id} class="learn-switch">
              <input
                type="radio"
                name="improvement"
                checked={one.id === chosen.id}
                onChange={() => {
                  setChosen(one);
                  setSeen((old) => new Set([...old, one.id]));
                }}
              />
              <span>
                <strong>{one.name}</strong>
                <span class="learn-switch-why">{one.why}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="learn-improve-pair">
          <Sheet id={FIRST} title="The tutorial’s network" heldOut={before.heldOut} />
          <Sheet id={chosen.id} title={chosen.name} heldOut={after.heldOut} />
        </div>
        <LossChart before={before} after={after} name={chosen.name} />
        <p class="field-hint">
          {chosen.otherNoise
            ? 'Careful: this run has another amount of noise at each t, so its loss cannot be compared. Look at the pictures.'
            : `The loss is the mean squared error of the noise, over ${rounds} rounds of 32 pictures.`}{' '}
          Recorded runs of minutes with small pictures, 16 × 16: none of them is finished.
        </p>
        <details class="learn-how">
          <summary>The command of this run</summary>
          <p>
            <code>{after.command}</code>
          </p>
        </details>
      </Card>
      <TakeAway>
        Change one thing, keep the rest and the seed, and look at loss and pictures: they need not agree.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}

function Sheet({ id, title, heldOut }: { id: string; title: string; heldOut: number }): JSX.Element {
  return (
    <figure class="learn-figure grid slim gap-8">
      <img
        class="learn-sheet"
        src={`./learn/improve-${id}.png`}
        width={268}
        height={132}
        alt={`Samples: ${title}`}
        loading="lazy"
      />
      <figcaption>
        <strong>{title}</strong>. Loss on held-out images: <span class="number">{readable(heldOut, 3)}</span>
      </figcaption>
    </figure>
  );
}
