/** The code that a player tells the lecturer after a round. */
import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { copyText } from '../../../components/clipboard.ts';
import { toast } from '../../../components/toast.tsx';
import { showCode } from '../rules/codes.ts';
import { codeOfRound } from '../state/state.ts';

export function CodeCard(): JSX.Element {
  const code = showCode(codeOfRound());
  const copy = async () => {
    if (await copyText(code, 'mark the code and copy it')) toast('The code is in the clipboard.');
  };
  return (
    <section class="card game-code" aria-labelledby="game-code-title">
      <h2 id="game-code-title" class="card-title">
        Your code for the lecturer
      </h2>
      <div class="game-code-row row">
        <output class="game-code-text number" aria-label={`Code ${[...code].join(' ')}`}>
          {code}
        </output>
        <Button icon="check" onClick={() => void copy()}>
          Copy code
        </Button>
      </div>
      <p class="muted">Read it out or send it: it holds your answers and nothing about you.</p>
    </section>
  );
}
