/** After the round: which of the player's reasons were right how often. */
import type { JSX } from 'preact';
import { scoresByReason } from '../rules/reasons.ts';
import { game } from '../state/state.ts';

export function ReasonScores(): JSX.Element | null {
  const answers = game.answers.value;
  const scores = scoresByReason(answers, game.round.value!.table.pool.subject);
  if (scores.length === 0) return null;
  const silent = answers.length - scores.reduce((sum, { of }) => sum + of, 0);
  return (
    <section class="card grid top gap-14" aria-labelledby="game-by-reason-title">
      <h2 id="game-by-reason-title" class="card-title">
        What you went by
      </h2>
      <table class="game-table">
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Right</th>
            <th scope="col">Of</th>
          </tr>
        </thead>
        <tbody>
          {scores.map(({ id, label, right, of }) => (
            <tr key={id}>
              <th scope="row">{label}</th>
              <td>{right}</td>
              <td>{of}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        {silent > 0 && (silent === 1 ? '1 answer without a reason. ' : `${silent} answers without a reason. `)}A coin is
        right in half of all cases, so a reason proves itself only over several rounds.
      </p>
    </section>
  );
}
