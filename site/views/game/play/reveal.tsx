/** What an answered picture was, whether the answer was right, and what gives it away. */
import type { JSX } from 'preact';
import { Icon } from '../../../components/icon.tsx';
import { linkTo } from '../../../state/store.ts';
import type { Giveaway } from '../measures/unusual.ts';
import type { Table, Told } from '../rules/game.ts';
import { REASONS } from '../rules/reasons.ts';
import { game, terms } from '../state/state.ts';
import type { Findings } from '../state/use-findings.ts';
import { factOf, giveawayTitle, verdictOf } from '../state/words.ts';
import { LookAlikes } from './look-alikes.tsx';

export interface RevealProps {
  told: Told;
  findings: Findings;
  /** Which one is marked in the picture. */
  shown: string | null;
  onShow: (id: string | null) => void;
  class?: string | undefined;
}

export function Reveal({ told, findings, shown, onShow, class: extra }: RevealProps): JSX.Element {
  const { table } = game.round.peek()!;
  const { found, measuring } = findings;
  const words = terms.value;
  const reason = REASONS[table.pool.subject].find(({ id }) => id === told.reason);
  const right = told.said === told.kind;
  const plain = found?.filter(({ faint }) => !faint) ?? [];
  const faint = found?.filter(({ faint }) => faint) ?? [];
  return (
    <div class={['game-reveal', extra].filter(Boolean).join(' ')}>
      <p class={`game-verdict line gap-8 game-verdict-${right ? 'right' : 'wrong'}`}>
        <Icon name={right ? 'check' : 'cross'} />
        {verdictOf(told, words)}
      </p>
      <p class="game-fact">
        {factOf(told, table)} {told.kind === 'synthetic' && <a href={formingLink(told, table)}>See it form</a>}
      </p>
      {reason && (
        <p class="muted">
          You went by: <strong>{reason.label}</strong>.
        </p>
      )}
      <h2 class="game-why">
        {measuring ? `Measuring the ${words.real.many}…` : giveawayTitle(told.kind, found, words)}
      </h2>
      <List found={plain} shown={shown} onShow={onShow} />
      {faint.length > 0 && (
        <>
          <h3 class="game-why-faint muted small">Too faint for most eyes, but not for a computer</h3>
          <List found={faint} shown={shown} onShow={onShow} />
        </>
      )}
      {!measuring && <LookAlikes findings={findings} shown={shown} onShow={onShow} />}
    </div>
  );
}

function List({ found, shown, onShow }: Pick<RevealProps, 'shown' | 'onShow'> & { found: readonly Giveaway[] }) {
  if (found.length === 0) return null;
  return (
    <ul class="grid gap-8">
      {found.map(({ id, title, sentence, compared, where }) => (
        <li key={id} class="game-giveaway line between gap-12">
          <div>
            <strong>{title}.</strong> {sentence} <span class="muted">{compared}</span>
          </div>
          {where.length > 0 && (
            <button
              type="button"
              class="game-show"
              aria-pressed={shown === id}
              aria-label={`Mark it in the picture: ${title}`}
              onClick={() => onShow(shown === id ? null : id)}
            >
              Mark
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The sampling view makes the same picture, step by step. */
function formingLink({ seed, label, conditions }: Told, { model, steps }: Table): string {
  const labels = label === null ? {} : { labels: label };
  const numbers = Object.entries(conditions).map(([name, value]) => [`condition.${name}`, value]);
  const rest = { ...labels, ...Object.fromEntries(numbers) };
  return linkTo('sample', { model: model.id, count: 1, steps, sampler: 'ddim', eta: 0, seed, ...rest });
}
