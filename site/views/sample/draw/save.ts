/** The drawing as a label map, in the numbers that the model's files have: `pipeline sample --masks` takes it, and so does this page. */

import { saveFile } from '../files/download.ts';
import { labelMapPng } from '../files/label-map.ts';
import { drawing, toldSpec } from '../state/told-state.ts';
import { sizeOfDrawing } from './size.ts';

export async function saveDrawing(): Promise<void> {
  const bytes = await labelMapPng(drawing.peek()!, sizeOfDrawing(), toldSpec.peek()!.mask!);
  saveFile(new Blob([bytes], { type: 'image/png' }), 'drawing.png');
}
