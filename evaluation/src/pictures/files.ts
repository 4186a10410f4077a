/** Pictures of any tool as files: which options read them, what belongs to them, and that they lie apart from the real images. */
import { realpath } from 'node:fs/promises';
import { isWithin } from '@onnoise/base/files';
import { plural } from '@onnoise/base/text';
import type { Extent } from '@onnoise/scheduler/model';
import { InputError, reasonOf, refuse } from '@onnoise/scheduler/rules';
import { type Dataset, isArrayName, type Look, lookAtImages, type PrepareOptions } from '@onnoise/training/data';
import type { PicturePlace } from './open.ts';
import { CLASS_COLUMN } from './shards.ts';

/** Settings that say what belongs to the images of `--data` alone. */
const OF_DATA = [
  ...(['csv', 'labelColumn', 'groupColumn', 'conditionColumns', 'labelNames'] as const),
  ...(['masks', 'maskClasses', 'conditionImages'] as const),
];

/** Pictures among the images would be found again as copies of themselves. */
export async function requireApart(
  action: string,
  { option, data }: { option: string; data: string | undefined },
  { option: pictures, data: path }: { option: string; data: string },
): Promise<void> {
  if (data === undefined || data === 'digits') return;
  const [one, other] = await Promise.all([data, path].map((each) => realpath(each).catch(() => undefined)));
  if (one === undefined || other === undefined) return;
  if (one === other) refuse(action, option, `other images than ${pictures}`, data);
  if (await isWithin(other, one))
    refuse(action, pictures, `outside the folder of ${option}, ${JSON.stringify(data)}`, path);
  if (await isWithin(one, other))
    refuse(action, option, `outside the folder of ${pictures}, ${JSON.stringify(path)}`, data);
}

/** The options of the pictures, without what belongs to other images. */
export function aloneOf({ data, cacheDir }: PicturePlace, base: PrepareOptions): PrepareOptions {
  const left: readonly string[] = [...OF_DATA, 'source', ...(isArrayName(data) ? [] : ['layout'])];
  const kept = Object.entries(base).filter(([key]) => !left.includes(key));
  return { ...(Object.fromEntries(kept) as unknown as PrepareOptions), data, cacheDir, validationShare: 0 };
}

/** Side that pictures are looked at with: only their own size and colour count. */
const LOOKED_AT = 16;

/**
 * Looks at all pictures.
 * @throws InputError for one that cannot be read, and for values that are not finite
 */
export async function lookAtPictures(
  named: { action: string; option: string },
  options: PrepareOptions,
  signal?: AbortSignal,
): Promise<Look> {
  const { action } = named;
  const look = await naming(named, () =>
    lookAtImages({ ...options, size: LOOKED_AT }, signal, Number.POSITIVE_INFINITY),
  );
  const [unread] = look.skipped;
  if (unread) {
    throw new InputError(`Cannot ${action}: each picture must be readable, received ${unread.file}: ${unread.reason}.`);
  }
  if (look.infinite > 0) {
    const received = `${look.infinite} of ${plural(look.total, 'picture')} with NaN or infinity`;
    throw new InputError(`Cannot ${action}: all values must be finite, received ${received}.`);
  }
  return look;
}

/** Their table: the one that is named, or the one that was unpacked with them. */
export function tableOf(
  { table }: PicturePlace,
  csv: string | undefined,
  images: PrepareOptions,
): Partial<PrepareOptions> {
  const { labelColumn, conditionColumns } = images;
  const given = {
    ...(labelColumn !== undefined && { labelColumn }),
    ...(conditionColumns !== undefined && { conditionColumns }),
  };
  if (csv !== undefined) return { csv, ...given };
  if (table === undefined) return {};
  const told = conditionColumns !== undefined && table.conditions.length > 0;
  return {
    csv: table.csv,
    ...(table.labelColumn !== undefined && { labelColumn: table.labelColumn }),
    ...(told && { conditionColumns: table.conditions.join(',') }),
  };
}

/** What a reader of images refuses, said of the option that names them. */
export async function naming<T>(
  { action, option }: { action: string; option: string },
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const reason = reasonOf(error);
    const named = error.subject === 'data' ? `${option}${reason.slice('data'.length)}` : reason;
    throw new InputError(`Cannot ${action}: ${named}`);
  }
}

/** `64 x 64` */
export const sizeWords = ({ width, height }: Extent): string => `${width} x ${height}`;

/** Classes of shards are the model's numbers: as the data numbers its own. */
export const classNamesOf = (
  { classNames = [], labelSource }: Dataset,
  { classNames: names = [] }: Dataset,
): string[] =>
  labelSource?.includes(CLASS_COLUMN) ? classNames.map((number) => names[Number(number)] ?? number) : classNames;
