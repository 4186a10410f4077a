/** One image of several files, one for each channel, which must show the same place at the same size. */
import { join } from 'node:path';
import { diskReason, Failure } from '@onnoise/base/files';
import { type ImageOptions, joinPlanes, type Origin, type Picture, type Unusable } from '@onnoise/base/pictures';
import { extentOf, isGray, toGray } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { cornersApart } from './places.ts';
import { decodeFile, layOnImage } from './store.ts';

export interface ChannelFile {
  name: string;
  /** Below the folder. */
  path: string;
}

/** Shapes of pixels that differ by less are the same. */
const ALIKE = 0.01;

type Channel = ChannelFile & { pictures: readonly (Picture | Unusable)[] };

/**
 * The chosen frames or slices of all files, those of one number together: [channels, height, width].
 * @throws Error with the reason why they cannot be used; InputErrors and Failures are about more than a file
 */
export async function decodeChannels(
  folder: string,
  files: readonly ChannelFile[],
  options: ImageOptions,
): Promise<(Picture | Unusable)[]> {
  const read = async (file: ChannelFile, work: () => Promise<Channel['pictures']>): Promise<Channel> => {
    try {
      return { ...file, pictures: await work() };
    } catch (error) {
      if (error instanceof InputError || error instanceof Failure) throw error;
      throw new Error(`${file.name}, ${file.path}: ${diskReason(error) ?? (error as Error).message}`);
    }
  };
  const decode = ({ path }: ChannelFile, orientation?: number) =>
    decodeFile(join(folder, path), { ...options, channels: 1, orientation });
  const stored = await Promise.all(files.map((file) => read(file, () => decode(file))));
  const first = stored[0]!;
  const lay = (file: Channel) => () => layOnImage(first.pictures, file.pictures, (turn) => decode(file, turn));
  const others = await Promise.all(stored.slice(1).map((file) => read(file, lay(file))));
  const other = others.find(({ pictures }) => pictures.length !== first.pictures.length);
  if (other) {
    const counts = `${first.pictures.length} of ${first.name} and ${other.pictures.length} of ${other.name}`;
    throw new Error(`its channels must have as many frames or slices each, received ${counts}`);
  }
  return first.pictures.map((_, i) => joined([first, ...others], i, options));
}

/** @throws Error where they do not belong together */
function joined(channels: readonly Channel[], i: number, options: ImageOptions): Picture | Unusable {
  const pictures: (Picture & { name: string })[] = [];
  for (const { name, path, pictures: all } of channels) {
    const picture = all[i]!;
    if ('reason' in picture) return { reason: `${name}, ${path}: ${picture.reason}` };
    pictures.push({ ...picture, name });
  }
  const [first, ...others] = pictures as [(typeof pictures)[0], ...typeof pictures];
  for (const other of others) {
    const reason = disagreement(first, other);
    if (reason !== undefined) throw new Error(reason);
  }
  const { width, height } = extentOf(options.size);
  const colours = (pixels: Picture['pixels']) => pixels.length === 3 * width * height;
  const planes = pictures.map(({ pixels }) => (colours(pixels) ? toGray(pixels as Uint8Array) : pixels));
  const grayed = pictures.some(({ pixels }) => colours(pixels) && !isGray(pixels as Uint8Array));
  return { ...factsOf(pictures), grayed, pixels: joinPlanes(planes, options.depth) };
}

/** What is said of one is said of the image; a window, only where all have one. */
function factsOf(pictures: readonly Picture[]): Omit<Picture, 'pixels'> {
  const [first] = pictures as [Picture];
  const some = (trait: keyof Picture) => pictures.some((picture) => picture[trait] === true);
  const traits = [
    ...(['measured', 'infinite', 'inks', 'squared', 'inverted'] as const),
    ...(['transparent', 'several', 'burnedIn', 'phantom'] as const),
  ];
  const deep = pictures.find((picture) => picture.deep);
  const dark = pictures.find((picture) => picture.dark !== undefined);
  return {
    origin: first.origin!,
    ...Object.fromEntries(traits.map((trait) => [trait, some(trait)])),
    windowed: pictures.every(({ windowed }) => windowed),
    hounsfield: pictures.every(({ hounsfield }) => hounsfield),
    spacing: pictures.find(({ spacing }) => spacing !== undefined)?.spacing,
    ...(deep && { deep: deep.deep! }),
    ...(dark && { deep: dark.deep!, dark: dark.dark! }),
    ...(first.groups && { groups: first.groups }),
  };
}

type Named = Picture & { name: string };

/** Why two channels cannot belong to one image; undefined where they can. */
function disagreement(one: Named, other: Named): string | undefined {
  const [a, b] = [one.origin!, other.origin!];
  const differ = (what: string, of: (origin: Origin) => string) =>
    of(a) === of(b)
      ? undefined
      : `its channels must have the same ${what}, received ${of(a)} of ${one.name} and ${of(b)} of ${other.name}`;
  const wide = ({ aspect = 1 }: Origin) => aspect;
  const alike = Math.abs(wide(a) / wide(b) - 1) < ALIKE;
  return (
    differ('size', ({ width, height }) => `${width} x ${height} pixels`) ??
    differ('number of slices', ({ slices }) => String(slices ?? 'none')) ??
    (alike ? undefined : differ('width of pixels over their height', (origin) => String(wide(origin)))) ??
    apart(one, other)
  );
}

/** Whether pictures that know where they lie lie apart. */
function apart(one: Named, other: Named): string | undefined {
  const most = cornersApart(one.origin!, other.origin!);
  if (most === undefined) return undefined;
  return `its channels must lie in the same place, received corners of ${one.name} and ${other.name} that are ${most} mm apart`;
}
