/** Changes of the drawing. A drawing that is changed is no more the link's. */
import { announce, sentence } from '../../../state/store.ts';
import type { MaskSpec } from '../masks/label-masks.ts';
import type { Mask } from '../masks/mask.ts';
import { change, draft } from '../state/state.ts';
import { paintDrawing, toldSpec, toldTrouble, undoStroke } from '../state/told-state.ts';

export function draw(next: Mask, more = false): void {
  paintDrawing(next, more);
  ownIt();
}

export function undo(): void {
  undoStroke();
  ownIt();
}

function ownIt(): void {
  toldTrouble.value = null;
  if (draft.peek().drawing !== '') change({ drawing: '' });
}

/** The visitor's label map. */
export async function takeLabelMap(file: File): Promise<void> {
  try {
    const { drawingOfFile } = await import('../masks/label-masks.ts'); // by itself: examples need it, too
    draw(await drawingOfFile(file, file.name, toldSpec.peek() as MaskSpec));
    announce(`${file.name} is drawn.`);
  } catch (error) {
    toldTrouble.value = sentence(error);
  }
}
