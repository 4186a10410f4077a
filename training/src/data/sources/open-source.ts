/** Opens the kind of source that `--data` names. */
import { type Stats, statSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { diskReason } from '@onnoise/base/files';
import { hasImageName, isLabelFolder, kindOf, walkFile } from '@onnoise/base/folders';
import { isDicomdir, isMedicalName } from '@onnoise/base/pictures';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { checkPatterns, isPatterns } from '../set/channel-patterns.ts';
import { checkLabelNames } from '../set/label-names.ts';
import type { Beside, PrepareOptions, Source } from '../set/types.ts';
import { isArrayName, openArraySource } from './arrays.ts';
import { openChannelStore } from './channel-store.ts';
import { conditionColumns, namesIds } from './condition-columns.ts';
import { openCsv } from './csv.ts';
import { walkDicomdir } from './dicomdir.ts';
import { openDigits } from './digits.ts';
import { openFolder } from './folder.ts';
import { findIdxImages, openIdx } from './idx.ts';
import { readNnunet } from './nnunet.ts';
import { joinBeside, openFolderStore, type Store, storeOf } from './store.ts';

const CHOICES = '"digits", a folder of images, a DICOMDIR, .npy or .npz, or IDX files';

const ARCHIVES = new Set('.zip .tar .tgz .gz .bz2 .xz .zst .7z .rar'.split(' '));
const TABLES = new Set('.csv .tsv'.split(' '));

type SourceOptions = Pick<
  PrepareOptions,
  'data' | 'channels' | 'csv' | 'labelColumn' | 'groupColumn' | 'conditionColumns' | 'frames' | 'axis' | 'layout'
>;

/**
 * `digits` is the built-in set, and `./digits` a folder of that name. A folder with a CSV is read by the CSV, a folder
 * with an IDX file, or such a file, as IDX, one of nnU-Net as its dataset.json says, and any other folder is walked for images.
 * A DICOMDIR lists files; one medical file may be named by itself, and so may one of numpy. `labelNames` must suit its classes, which
 * keep their values.
 * @param beside masks or pictures of its files
 */
export async function openSource(
  { labelNames, labelNamesFrom, ...options }: SourceOptions & Pick<PrepareOptions, 'labelNames' | 'labelNamesFrom'>,
  beside?: Beside,
): Promise<Source> {
  const source = await open(options, beside);
  checkLabelNames(labelNames, source, labelNamesFrom);
  return source;
}

async function open(options: SourceOptions, beside: Beside | undefined): Promise<Source> {
  const { data, csv, labelColumn, groupColumn, conditionColumns: columns, layout, channels } = options;
  const named = { '--label-column': labelColumn, '--group-column': groupColumn };
  for (const [flag, value] of Object.entries({ ...named, '--condition-columns': columns })) {
    if (value === undefined || csv !== undefined) continue;
    throw new InputError(`Cannot prepare images: ${flag} must come with --csv, received it alone.`);
  }
  if (layout !== undefined && !isArrayName(data)) {
    refuse('prepare images', '--layout', 'left out, as data is no .npy or .npz', layout);
  }
  const conditions = conditionColumns(columns);
  for (const [flag, value] of Object.entries(named)) {
    if (value !== undefined && namesIds(value)) refuse('prepare images', flag, 'a column other than the ids', value);
  }
  const alone = (kind: string) => {
    if (csv !== undefined)
      refuse('prepare images', '--csv', `left out when data is ${kind}, which has its own labels`, csv);
    if (beside !== undefined) {
      const flag = beside.kind === 'mask' ? '--masks' : '--condition-images';
      throw new InputError(`Cannot prepare images: ${flag} must come with files of images, received ${kind}.`);
    }
  };
  const openFiles = (store: Store) =>
    csv === undefined
      ? openFolder(store, options)
      : openCsv(store, csv, { label: labelColumn, group: groupColumn, conditions }, options);
  const openJoined = async (store: Store): Promise<Source> => {
    if (beside === undefined) return openFiles(store);
    const joined = await joinBeside(store, beside);
    const source = await openFiles(joined.store);
    return { ...source, beside, notes: [...source.notes, ...joined.notes] };
  };
  const openStore = async (store: Store): Promise<Source> => {
    const { channelNames } = store;
    const source = await openJoined(store);
    return { ...source, ...(channelNames ? { channels: channelNames.length, channelNames } : { anyChannels: true }) };
  };
  if (isPatterns(channels)) {
    checkPatterns('prepare images', channels);
    if (data === 'digits' || !statOf(data).isDirectory())
      refuse('prepare images', '--channels', 'a number, as data is no folder', channels);
    return openStore(openChannelStore(data, channels, beside));
  }
  if (data === 'digits') {
    alone('"digits"');
    return openDigits();
  }
  const stat = statOf(data);
  const nnunet = readNnunet(data);
  if (nnunet) return openStore(openChannelStore(data, nnunet.channels, beside));
  if (stat.isDirectory() && isLabelFolder(data)) refuseData(`a folder of label maps, which are no images, ${data}`);
  if (stat.isDirectory() && csv !== undefined) return openStore(openFolderStore(data, beside));
  if (!stat.isDirectory() && !stat.isFile()) refuseData(`${kindOf(stat)}, ${data}`);
  if (stat.isFile() && isDicomdir(basename(data)))
    return openStore(storeOf(dirname(data), await walkDicomdir(data), data));
  if (stat.isFile() && isMedicalName(data)) return openStore(storeOf(dirname(data), walkFile(data, stat), data));
  if (stat.isFile() && isArrayName(data)) {
    alone('an array of numpy');
    return openArraySource(data, layout);
  }
  const idx = await findIdxImages(data);
  if (idx !== undefined) {
    alone('IDX files');
    return openIdx(idx);
  }
  if (!stat.isDirectory()) refuseData(describeFile(data));
  return openStore(openFolderStore(data, beside));
}

function statOf(data: string): Stats {
  // The address may hold a password or a name.
  if (/^dicomweb:/i.test(data)) refuseData('a DICOMweb server: fetch its files and give the folder');
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(data)) refuseData(`a URL, ${data}: download it and give the folder`);
  try {
    return statSync(data);
  } catch (error) {
    const reason = diskReason(error);
    if (reason === undefined) throw error;
    return refuseData(`"${data}": ${reason}`);
  }
}

/** What a file is by its name, and what to give in its place. */
function describeFile(data: string): string {
  const extension = extname(data).toLowerCase();
  if (hasImageName(data)) return `one picture, ${data}: give the folder that holds the pictures`;
  if (TABLES.has(extension)) return `a table, ${data}: give it as --csv, and the folder of its images as --data`;
  if (ARCHIVES.has(extension)) return `an archive, ${data}: unpack it and give the folder`;
  return `the file ${data}`;
}

function refuseData(received: string): never {
  throw new InputError(`Cannot prepare images: data must be ${CHOICES}, received ${received}.`, { subject: 'data' });
}
