/** The options of single files, the same for every command that writes them. */
import { MODALITIES } from '@onnoise/base/dicom';
import { numberOption } from '@onnoise/base/terminal';
import type { Options } from 'yargs';
import { PICTURE_FILE_FORMATS } from '../../pictures/choices.ts';
import { textOption } from './command.ts';

export const fileOptions = (group: string, describe: string) =>
  ({
    format: {
      choices: PICTURE_FILE_FORMATS,
      requiresArg: true,
      group,
      defaultDescription: 'png',
      describe: `${describe}; dicom and nifti are for medical software, and say that they are synthetic`,
    },
    modality: {
      choices: MODALITIES,
      requiresArg: true,
      group,
      defaultDescription: 'OT, other',
      describe:
        'What DICOM files say that the pictures look like; CR, and with a pixel spacing CT and MR, have classes of their own',
    },
    'pixel-spacing': numberOption(
      'pixel-spacing',
      group,
      'Millimetres from one pixel to the next, for DICOM and NIfTI',
      'what training.json knows',
    ),
    'body-part': textOption('What DICOM files say is shown, as DICOM calls it: HAND', { group }),
  }) satisfies Record<string, Options>;

/** Bits of a level, the same for every command that writes pictures. */
export const depthOption = (group: string, describe: string) =>
  ({ ...numberOption('depth', group, describe, '8'), choices: [8, 16] }) satisfies Options;
