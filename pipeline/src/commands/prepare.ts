/** `pipeline prepare`: prepares the images as training would do first, and describes them. */

import { checkWritable, requireApartFromData } from '@onnoise/base/files';
import { sayResult, withInterrupt } from '@onnoise/base/terminal';
import { formatPath, plural } from '@onnoise/base/text';
import { type Command, textOption } from './options/command.ts';
import { prepareFieldOptions, toPrepareOptions } from './options/prepare-fields.ts';
import { describeDataset, summariseDataset } from './stages/describe-dataset.ts';
import { prepareWithProgress } from './stages/prepare-with-progress.ts';
import { writePreparedSheet } from './stages/prepared-sheet.ts';
import { sheetFormat } from './stages/sheet-files.ts';

const SHEET = 'Also write a sheet of the prepared images, up to 400, evenly chosen: png, webp, avif, tiff, jpg or gif';

const SHOW = 'Channels on the sheet: one in gray, as flair or 2, or three as red, green and blue, as flair,t1,t2';

export const command: Command<Record<string, unknown>> = {
  options: {
    ...prepareFieldOptions('Data:'),
    sheet: textOption(SHEET, { group: 'Output:' }),
    show: textOption(SHOW, { group: 'Output:', implies: 'sheet' }),
  },
  examples: [
    ['$0 prepare --data digits', 'the 10,000 digits'],
    ['$0 prepare --data photos --size 64', 'a folder, with a sub-folder for each class'],
    ['$0 prepare --data xrays --csv train.csv', 'radiographs with a table'],
    ['$0 prepare --data xrays --sheet look.png', 'radiographs, and a sheet of them to look at'],
  ],
  handler: async ({ sheet, show, ...args }) => {
    const look = sheet as string | undefined;
    const options = toPrepareOptions(args);
    if (look !== undefined) {
      await sheetFormat(look, '--sheet');
      await requireApartFromData('--sheet', look, 'file', options.data);
      await checkWritable('--sheet', look, 'file');
    }
    const dataset = await withInterrupt((signal) => prepareWithProgress(options, signal));
    try {
      const lines = describeDataset(dataset);
      if (look === undefined) return sayResult(lines, summariseDataset(dataset));
      const shown = await writePreparedSheet(dataset, look, show as string | undefined);
      lines.push(`  ${plural(shown, 'image')} to look at: ${formatPath(look)}`);
      sayResult(lines, { ...summariseDataset(dataset), sheet: look });
    } finally {
      dataset.close();
    }
  },
};
