/**
 * Pictures of any tool, for an evaluation without a model: a folder, a ZIP, an .npy or .npz, IDX files, or the shards of
 * `pipeline generate`. They are read as images to train on are, and fitted as those are. Limits: no masks.
 */
import { formatPath } from '@onnoise/base/text';
import { type Extent, extentOf, type ImageShape, pictureSizeOf } from '@onnoise/scheduler/model';
import { check, InputError, integer, refuse, worded } from '@onnoise/scheduler/rules';
import { conditionSpecs, type Dataset, type PrepareOptions } from '@onnoise/training/data';
import { defaultsOf } from '@onnoise/training/settings';
import { chooseImages, IMAGE_FIELDS, type ImagesOfEvaluation, type NamedImages } from './choose-images.ts';
import { relabelled } from './data.ts';
import { placesOf, readImages, takeImages } from './measures/images.ts';
import { aloneOf, classNamesOf, lookAtPictures, naming, requireApart, sizeWords, tableOf } from './pictures/files.ts';
import { openPlace, type PicturePlace } from './pictures/open.ts';
import { imageNames } from './report/image-names.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { RealImages } from './sets/real-images.ts';
import type { PictureSource } from './source.ts';

interface NamedPictures {
  /** Where they are, as it was given. */
  pictures: string;
  /** A table of them, with the columns of `csv` of the images. */
  csv?: string | undefined;
  images: NamedImages;
}

const CALLED = { pictures: 'the pictures', learnt: 'the images that the pictures may be copies of' };

const SPLIT =
  'The images held out here are those of --data that chance chose: what made the pictures may have learnt from them, too, and copies of them are not looked for. Name images that it has not seen with --test-data.';

/**
 * Unpacks, looks at and prepares the pictures.
 * @returns them, and the images to compare them with: of their size and channels unless others are named
 * @throws InputError for pictures that cannot be read or are not alike, and for those that are among the images
 */
export async function fromFiles(
  { pictures: path, csv, images: named }: NamedPictures,
  { prepare, onNote, signal }: Pick<EvaluationHooks, 'prepare' | 'onNote' | 'signal'>,
): Promise<{ source: PictureSource; images: ImagesOfEvaluation }> {
  const action = `evaluate the pictures of ${formatPath(path)}`;
  const typed = typedOf(action, named);
  const base = { ...defaultsOf(IMAGE_FIELDS), ...typed } as unknown as PrepareOptions;
  for (const [option, other] of [
    ['--data', typed.source],
    ['--test-data', named.test?.data],
  ] as const) {
    await requireApart(action, { option, data: other as string | undefined }, { option: '--pictures', data: path });
  }
  const place = await openPlace(path, base.cacheDir);
  try {
    const alone = aloneOf(place, base);
    const look = await lookAtPictures({ action, option: '--pictures' }, alone, signal);
    const { width, height } = sizeOf(action, typed.size, look.sizes);
    const shape: ImageShape = [look.channels, height, width];
    const images = chooseImages(action, { ...named, typed }, shape, undefined, CALLED);
    const own = tableOf(place, csv, images.data);
    const dataset = await naming({ action, option: '--pictures' }, () =>
      prepare({ ...alone, ...own, size: images.data.size, channels: look.channels, strict: true }),
    );
    const resized = look.sizes.filter((size) => pictureSizeOf(size) !== images.data.size);
    if (resized.length > 0) {
      onNote(
        `Pictures of ${resized.map(sizeWords).join(', ')} are resized to ${width} x ${height} pixels, as the images are.`,
      );
    }
    dataset.notes.forEach(onNote);
    const close = async () => {
      dataset.close();
      await place.close();
    };
    return { source: await sourceOf({ action, path, place, csv: own.csv, dataset, images, close }), images };
  } catch (error) {
    await place.close();
    throw error;
  }
}

/** @throws InputError for masks and the like, which pictures come without */
function typedOf(action: string, { typed, test }: NamedImages): Record<string, unknown> {
  for (const key of ['masks', 'conditionImages', 'maskClasses'] as const) {
    if (typed[key] === undefined) continue;
    refuse(action, `--${IMAGE_FIELDS[key].flag}`, 'left out with --pictures, which come without', typed[key]);
  }
  // Then all of the data is what the pictures may be copies of.
  return { ...(test && { validationShare: 0 }), ...typed };
}

/** @throws InputError for pictures of several sizes where none is named */
function sizeOf(action: string, typed: unknown, [size, ...others]: readonly Extent[]): Extent {
  if (typed !== undefined) return extentOf(typed as PrepareOptions['size']);
  if (size !== undefined && others.length === 0) return size;
  const received =
    size === undefined ? 'pictures without one' : [size, ...others].slice(0, 5).map(sizeWords).join(', ');
  throw new InputError(
    `Cannot ${action}: the pictures must be of one size, received ${received}. Fit them and the images to one by --size.`,
  );
}

interface Opened {
  action: string;
  path: string;
  place: PicturePlace;
  csv: string | undefined;
  dataset: Dataset;
  images: { data: PrepareOptions; test?: PrepareOptions | undefined };
  close(): Promise<void>;
}

async function sourceOf({ action, path, place, csv, dataset, images, close }: Opened): Promise<PictureSource> {
  const { hash, count: available, channels, height, width, conditions } = dataset;
  return {
    action,
    called: CALLED.pictures,
    facts: {
      shape: [channels, height, width],
      classes: 0,
      ...(conditions && { conditions: conditionSpecs(conditions) }),
    },
    available,
    origin: { pictures: { name: path, hash, count: available } },
    names: await imageNames({ data: place.data, csv, frames: images.data.frames }, dataset),
    agree(real) {
      if (real.hash === hash) refuse(action, '--pictures', 'other images than those of --data', path);
      return undefined;
    },
    notesOn: (real) => ({
      unknown: [],
      split: [...(images.test === undefined ? [SPLIT] : []), ...notesOnLabels(dataset, real.dataset)],
    }),
    async choose(real, { count, seed }) {
      if (real.unseen.dataset.hash === hash)
        refuse(action, '--pictures', 'other images than those of --test-data', path);
      const most = worded(`at most ${available}, the pictures that there are`, integer(1, available));
      check(action, '--count', most, count);
      const told = matched(action, dataset, real, images.data);
      return async () => {
        const all = await readImages(told, told.train);
        const pictures = count === available ? all : takeImages(all, placesOf(available, count, seed).sort());
        return { pictures, settings: { count, seed }, ...(count < available && { all }) };
      };
    },
    close,
  };
}

/** Why classes or numbers are not measured. */
function notesOnLabels({ labels, conditions }: Dataset, real: Dataset): string[] {
  const missing = [
    ...(real.labels !== undefined && labels === undefined ? ['classes'] : []),
    ...(real.conditions !== undefined && conditions === undefined ? ['numbers'] : []),
  ];
  return missing.map((what) => `The pictures have no ${what}, so whether they show the right ones is not measured.`);
}

/** The pictures with classes and numbers as the images have them; without those that the images lack. */
function matched(
  action: string,
  pictures: Dataset,
  { dataset: real }: RealImages,
  { labelNames }: PrepareOptions,
): Dataset {
  const { labels, classNames, conditions, ...others } = pictures;
  const wanted = real.conditions?.names ?? [];
  const strange = conditions && wanted.length > 0 && conditions.names.join() !== wanted.join();
  if (strange)
    refuse(
      action,
      'the numbers of the pictures',
      `${wanted.join(' and ')}, as those of --data`,
      conditions.names.join(', '),
    );
  const kept: Dataset = { ...others, ...(conditions && wanted.length > 0 && { conditions }) };
  if (labels === undefined || classNames === undefined || real.labels === undefined) return kept;
  const named = { ...kept, labels, classNames: classNamesOf(pictures, real) };
  return relabelled(action, { option: '--pictures', csv: '--pictures-csv' }, named, real, labelNames);
}
