/** The mask or picture that a network is told of all pictures: what the controls hold of it, its check, and its part of a link. */
import { type ConditionImage, nameChannels } from '@onnoise/scheduler/model';
import { decodeDrawing } from '../masks/drawing-text.ts';
import type { Brought } from './start.ts';

/** What is told; a drawing that is too long for a link has no text. */
export type ToldPicture = { kind: 'drawing'; text: string | undefined } | { kind: 'picture' } | { kind: 'none' };

/** As a link says that nothing is told. */
export const UNTOLD = 'none';

/** In a draft: empty is what the page holds, `UNTOLD`, or a drawing as a link has it. */
export interface ToldDraft {
  drawing: string;
}

/** What the model takes; `optional`: it may be told nothing. undefined: not known yet. */
export interface ToldLimits {
  conditionImage?: ConditionImage | undefined;
  nullCondition?: boolean | undefined;
  known: boolean;
}

export function checkTold(
  { drawing }: ToldDraft,
  { conditionImage, nullCondition = false, known }: ToldLimits,
  { drawing: drawn, told = false }: Brought,
): { told: ToldPicture | undefined } | { problem: string } {
  if (!known) return { told: undefined };
  if (conditionImage === undefined) {
    return drawing === '' || drawing === UNTOLD ? { told: undefined } : { problem: 'This model takes no drawing.' };
  }
  const { mask } = conditionImage;
  if (drawing === UNTOLD) {
    if (nullCondition) return { told: { kind: 'none' } };
    return { problem: `This model makes no picture without a ${mask ? 'drawing' : 'picture'}: choose it.` };
  }
  if (mask) {
    const [classes, height, width] = conditionImage.shape;
    if (drawing !== '' && decodeDrawing(drawing, { classes, width, height }) === undefined) {
      const form = `${width} × ${height} pixels in ${classes} classes`;
      return { problem: `The link’s drawing is none of ${form}, as this model takes them. Draw another.` };
    }
    return { told: { kind: 'drawing', text: drawing || (drawn ?? undefined) } };
  }
  if (drawing !== '') return { problem: 'This model takes a picture, and no drawing.' };
  const [channels] = conditionImage.shape;
  if (channels !== 1 && channels !== 3) {
    const told = `a picture of ${nameChannels(channels)}`;
    return { problem: `This model is told ${told}, and files of pictures are gray or in colour.` };
  }
  return told ? { told: { kind: 'picture' } } : { problem: 'Choose the picture that the network is to be told.' };
}

/** Whether a link can carry it. */
export const isLinkable = (told: ToldPicture | undefined): boolean =>
  told === undefined || told.kind === 'none' || (told.kind === 'drawing' && told.text !== undefined);

/** The entries of a link. */
export function toldEntries(told: ToldPicture | undefined): Partial<ToldDraft> {
  if (told?.kind === 'none') return { drawing: UNTOLD };
  return told?.kind === 'drawing' && told.text !== undefined ? { drawing: told.text } : {};
}

/** `Put soft tissue, radius and the others where you like. Every picture follows the drawing.` */
export function drawWords([, ...classes]: readonly string[]): string {
  const [first, second] = classes;
  const names = classes.length > 2 ? `${first}, ${second} and the others` : classes.join(' and ');
  return `Put ${names} where you like. Every picture follows the drawing.`;
}
