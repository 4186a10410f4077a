/** Models that cannot paint a round. */
import type { ModelEntry } from '../../../state/models.ts';

/** Why a model cannot, a sentence; undefined: it can. */
export function whyUnplayable({
  title,
  conditionImage,
  nullCondition = false,
}: Pick<ModelEntry, 'title' | 'conditionImage' | 'nullCondition'>): string | undefined {
  if (conditionImage === undefined || nullCondition) return undefined;
  const given = conditionImage.mask ? 'a drawing' : 'a picture that it is told';
  return `${title} makes no picture without ${given}, and a round has none to give: choose another model for the game.`;
}
