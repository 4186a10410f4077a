/** Pictures and the masks that were drawn with them, each a file, as `pipeline train --data images --masks masks` takes them. */
import { writeZip } from '@onnoise/runtime-web/zip';
import { maskNamesFile, shownChannels } from '@onnoise/scheduler/model';
import { picture } from '../state/layout.ts';
import type { Run } from '../state/state.ts';
import { labelMapPng } from './label-map.ts';
import { encodePng } from './png.ts';

/** A zip file of the last step. @param name of its folder @param text for each picture */
export async function pairsZip(
  {
    frames,
    shape,
    maskOutput,
    shows,
    parameters,
  }: Pick<Run, 'frames' | 'shape' | 'maskOutput' | 'shows' | 'parameters'>,
  name: string,
  text: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { x, masks } = frames.at(frames.last)!;
  const [channels, height, width] = shape;
  const plane = height * width;
  const shown = shows ?? shownChannels(channels);
  const files: Record<string, Uint8Array<ArrayBuffer> | string> = {};
  for (let i = 0; i < parameters.count; i++) {
    const file = `${String(i + 1).padStart(2, '0')}.png`;
    const own = picture(x, shape, i);
    const data = Uint8Array.from({ length: plane * shown.length }, (_, at) => {
      return own[shown[at % shown.length]! * plane + Math.floor(at / shown.length)]!;
    });
    const pixels = { data, width, height, channels: shown.length as 1 | 3 };
    files[`${name}/images/${file}`] = await encodePng([{ pixels, delay: 0 }], text);
    const mask = masks!.subarray(i * plane, (i + 1) * plane);
    files[`${name}/masks/${file}`] = await labelMapPng(mask, { width, height }, maskOutput!, text);
  }
  files[`${name}/masks/labels.json`] = maskNamesFile(maskOutput!);
  return writeZip(files);
}
