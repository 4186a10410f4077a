/** Takes the codes of a class. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Field } from '../../../components/field.tsx';
import { announce } from '../../../state/store.ts';
import { lengthOfCode, showCode } from '../rules/codes.ts';
import type { Round } from '../rules/game.ts';
import { nameOfRound } from '../state/state.ts';
import { enter, keepRoll, keptRoll } from './roll.ts';
import { Sum } from './sum.tsx';

export function Collect({ round }: { round: Round }): JSX.Element {
  const { pictures } = round.table;
  const named = { name: nameOfRound(round.table, round.seed), pictures };
  const [roll, setRoll] = useState(() => keptRoll(named));
  const [typed, setTyped] = useState('');
  const [refused, setRefused] = useState<readonly string[]>([]);

  const change = (to: string[]) => {
    setRoll(to);
    keepRoll(named, to);
  };
  const add = () => {
    const entered = enter(typed, roll, named);
    change(entered.roll);
    setTyped('');
    setRefused(entered.refused);
    announce(`${entered.added} code${entered.added === 1 ? '' : 's'} counted, ${entered.roll.length} in all.`);
  };

  return (
    <>
      <section class="card game-class-part grid top gap-16" aria-labelledby="game-class-codes">
        <h2 id="game-class-codes" class="card-title">
          3. Enter the codes
        </h2>
        <form
          class="game-enter grid gap-12"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <Field
            label="Codes"
            hint={`One or many, separated by lines, commas or blanks. A code of this round has ${lengthOfCode(pictures)} characters; lower case and missing hyphens are fine.`}
          >
            {(ids) => (
              <textarea
                {...ids}
                class="input game-codes"
                rows={3}
                autocomplete="off"
                autocapitalize="characters"
                spellcheck={false}
                value={typed}
                onInput={({ currentTarget }) => setTyped(currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter' || event.shiftKey) return;
                  event.preventDefault();
                  add();
                }}
              />
            )}
          </Field>
          <Button type="submit" kind="primary">
            Count
          </Button>
        </form>
        {refused.length > 0 && (
          <div class="trouble game-refused" role="alert">
            <ul>
              {refused.map((sentence, i) => (
                <li key={String(i)}>{sentence}</li>
              ))}
            </ul>
          </div>
        )}
        {roll.length > 0 && (
          <details class="game-roll">
            <summary>
              {roll.length} code{roll.length === 1 ? '' : 's'} counted
            </summary>
            <ul>
              {roll.map((code) => (
                <li key={code}>
                  <span class="number">{showCode(code)}</span>
                  <Button
                    kind="quiet"
                    icon="cross"
                    label={`Take back ${showCode(code)}`}
                    onClick={() => change(roll.filter((one) => one !== code))}
                  />
                </li>
              ))}
            </ul>
          </details>
        )}
      </section>
      {roll.length > 0 && <Sum round={round} roll={roll} />}
    </>
  );
}
