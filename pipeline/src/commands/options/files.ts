/** The options of single files, the same for every command that writes them. */
import { MODALITIES } from '@onnoise/base/dicom';
import type { Options } from 'yargs';
import { PICTURE_FILE_FORMATS } from '../../pictures/choices.ts';

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
      describe: 'What DICOM files say that the pictures look like; CR, computed radiography, has a class of its own',
    },
  }) satisfies Record<string, Options>;
