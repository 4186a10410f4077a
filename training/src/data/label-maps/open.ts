/** Opens the label maps of a folder: lists them, joins them with images, and reads those of an image. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Walk, walkImages } from '@onnoise/base/folders';
import {
  fitLabels,
  type ImageShape,
  type LabelGrid,
  layOnImage,
  needsResize,
  openLabelFile,
  requireFewLabels,
} from '@onnoise/base/labels';
import { headOf, isDicom, kindByName, type Unusable } from '@onnoise/base/pictures';
import { plural } from '@onnoise/base/text';
import { loadMedical } from '../sources/medical.ts';
import { notesOnUnread } from '../sources/unread.ts';
import { companionFinder, MASK_ENDINGS, matchCompanions } from './companions.ts';
import { refuseEmpty, refuseNamesBelow, requireApart } from './folder.ts';
import { type ImageShapes, imageShapesOf } from './image-shapes.ts';
import { joinByReference, refuseTwo, unmatched } from './join.ts';
import { readNamesFile } from './names.ts';
import { refuseUnmatched } from './pattern.ts';
import { type DicomImage, ofFile, openSegments, unusable } from './segments.ts';
import type { ChosenMaps, LabelMaps, LabelOptions, LabelPicture } from './types.ts';

const BY_NAME = { endings: MASK_ENDINGS, action: 'read label maps', noun: 'label maps' };

/**
 * Lists the label maps below `folder`, and reads what the segments of DICOM SEG files are called.
 * @param folder of `--masks`
 * @param dataFolder of the images
 * @param chosen which file belongs to which image; default: by their names
 * @throws InputError where the folder holds none, or is that of the images, lies in it as images would or holds it
 */
export async function openLabelMaps(
  folder: string,
  dataFolder: string,
  options: LabelOptions,
  chosen?: ChosenMaps,
): Promise<LabelMaps> {
  if (!chosen) await requireApart(folder, dataFolder);
  const all = walkImages(folder, 'read label maps: --masks must be a folder with label maps');
  const walk = chosenOf(all, chosen);
  // A link to another label map is one for an image of its own.
  const links = [...(walk.aliases?.keys() ?? [])];
  const paths = [...walk.images.map(({ path }) => path), ...links].sort();
  const [below] = (chosen ? undefined : walk.labelMaps) ?? [];
  if (below !== undefined) refuseNamesBelow(folder, below);
  if (walk.images.length === 0 && chosen?.pattern !== undefined) refuseUnmatched(chosen.pattern, all.images.length);
  if (walk.images.length === 0) refuseEmpty(folder, walk);
  const namesFile = readNamesFile(folder);
  const dicom = await dicomAmong(folder, paths);
  const named = paths.filter((path) => !dicom.has(path));
  const segments = await openSegments(folder, [...dicom], namesFile?.names);
  const skipped = [...walk.skipped.filter(({ file }) => !links.includes(file)), ...segments.skipped];
  const files = walk.images.map(({ path, bytes, modified }) => [path, bytes, modified]);
  const asked = new Set<string>();
  let find = companionFinder(named, BY_NAME);
  let fileOf = (path: string) => path;

  const read = async (path: string): Promise<(LabelPicture | Unusable)[]> => {
    const image = await imageShapesOf(join(dataFolder, fileOf(path)), options);
    const shapes = await Promise.all(image.chosen.map((page) => image.shapeOf(page)));
    const file = find(path);
    const instance = image.dicom?.instance;
    const sources = [...(file === undefined ? [] : [file]), ...(instance ? segments.filesOf(instance) : [])];
    for (const source of sources) asked.add(source);
    if (file !== undefined && sources.length > 1) refuseTwo(path, sources);
    const grids = await attempt(image, () => {
      if (file !== undefined) return ofFile(file, () => gridsOf(join(folder, file), image, options));
      if (sources.length > 0) return segments.read(image as DicomImage);
      throw new Error('it has no label map');
    });
    const shaped = (grid: LabelGrid, i: number) =>
      ofFile(sources.join(' and '), async () => fitted(grid, shapes[i]!, options)).catch(unusable);
    return Promise.all(grids.map((grid, i) => ('reason' in grid ? grid : shaped(grid, i))));
  };

  return {
    name: basename(resolve(folder)),
    identity: JSON.stringify([resolve(folder), files, links, skipped, namesFile?.text ?? null, chosen?.pattern]),
    total: paths.length,
    names: segments.names,
    skipped,
    match: async (imagePaths, firstFile) => {
      fileOf = firstFile ?? fileOf;
      const names = { ...BY_NAME, firstFile };
      const stems = chosen ? undefined : matchCompanions(imagePaths, named, names).paths;
      const listed = chosen?.of(imagePaths, named, { ...names, endings: [] });
      const byName = new Map(imagePaths.map((path, i) => [path, listed ? listed.get(path) : stems![i]]));
      const alone = companionFinder(chosen ? [] : named, names);
      find = (path) => (byName.has(path) ? byName.get(path) : alone(path));
      const joined =
        dicom.size === 0
          ? new Map<string, string[]>()
          : await joinByReference(imagePaths, (path) => join(dataFolder, fileOf(path)), segments);
      return unmatched({ imagePaths, byName, joined, paths, folder });
    },
    of: async (path) => {
      try {
        return await read(path);
      } catch (error) {
        return [unusable(error)];
      }
    },
    unused: () => paths.filter((path) => !asked.has(path)),
    notes: () => [...notesOnUnread(walk), ...segments.notes()],
  };
}

/** What was found, without files that were not chosen, of which the images tell. */
function chosenOf(walk: Walk, chosen: ChosenMaps | undefined): Walk {
  if (!chosen) return walk;
  return {
    images: walk.images.filter(({ path }) => chosen.has(path)),
    skipped: walk.skipped.filter(({ file }) => chosen.has(file)),
    others: new Map(),
    own: [],
  };
}

/** Those of `paths` that are DICOM files, in their order. */
async function dicomAmong(folder: string, paths: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const path of paths) {
    const kind = kindByName(path);
    if (kind === 'dicom' || (kind === undefined && isDicom(await headOf(join(folder, path), 132)))) found.add(path);
  }
  return found;
}

/** One reason for all pictures of an image where its label maps cannot be read. */
async function attempt(
  { chosen }: ImageShapes,
  work: () => Promise<(LabelGrid | Unusable)[]>,
): Promise<(LabelGrid | Unusable)[]> {
  try {
    return await work();
  } catch (error) {
    const reason = unusable(error);
    return chosen.map(() => reason);
  }
}

/** @throws Error with the reason why the file cannot be used */
async function gridsOf(
  path: string,
  { chosen, count, nifti }: ImageShapes,
  { frames }: LabelOptions,
): Promise<LabelGrid[]> {
  const isNifti = kindByName(path) === 'nifti';
  if (isNifti !== (nifti !== undefined)) {
    throw new Error(
      isNifti
        ? 'it is a NIfTI file, and its image is none'
        : 'it must be a NIfTI file as its image is one: only these say how their slices lie',
    );
  }
  if (nifti !== undefined) {
    const { readNiftiLabels, takeTurn } = await loadMedical();
    const { size: bytes } = await stat(path);
    const read = async () => readNiftiLabels(await readFile(path), nifti, chosen);
    const grids = await takeTurn({ kind: 'nifti', bytes }, read);
    requireFewLabels(grids);
    return grids;
  }
  const file = await openLabelFile(path);
  if (file.count > 1 || frames !== undefined) {
    const pictures = await count();
    if (file.count !== pictures) {
      throw new Error(`it has ${plural(file.count, 'picture')}, and its image ${pictures}`);
    }
  }
  const grids: LabelGrid[] = [];
  for (const page of chosen) grids.push(await file.read(page));
  requireFewLabels(grids);
  return grids;
}

/** @throws Error with the reason where it does not fit the image */
function fitted(grid: LabelGrid, image: ImageShape, options: LabelOptions): LabelPicture {
  const laid = layOnImage(grid, image);
  const resized = needsResize(laid, image);
  return { labels: fitLabels(laid, image, options), resized };
}
