/** `pipeline distill`: a model folder that draws in few network calls, from one that needs many. */
import { numberOption } from '@onnoise/base/terminal';
import { LESSON_GUIDANCE } from '@onnoise/training/settings';
import { type Command, textOption } from './options/command.ts';
import { studentOptions } from './options/student-fields.ts';
import { fieldOptions } from './options/train-fields.ts';
import type { DistillArguments } from './stages/distill.ts';

const OUTPUT = 'Output:';
const STUDENT = 'Student:';

export const command: Command<DistillArguments> = {
  usage:
    '$0 distill --model <folder> --calls <n> --out <folder>\n\n' +
    'Teaches a student to draw in few network calls what the model draws in many. The model folder that it writes knows its calls, and has the guidance of its teacher built in.',
  options: async () => ({
    model: textOption('Model folder or run of the teacher', { group: STUDENT, default: 'models/digits' }),
    calls: { ...numberOption('calls', STUDENT, 'Network calls of a picture, 1 to 16'), default: 4 },
    guidance: numberOption(
      'guidance',
      STUDENT,
      'Guidance of the teacher, which the student then has built in; 1 for none',
      String(LESSON_GUIDANCE),
    ),
    out: textOption('Model folder to write', { group: OUTPUT }),
    run: textOption('Folder of the run', {
      group: OUTPUT,
      defaultDescription: 'runs/ and the name of --out',
    }),
    resume: { group: OUTPUT, boolean: true, default: false, describe: 'Continue the run in --run' },
    'keep-lessons': {
      group: OUTPUT,
      boolean: true,
      default: false,
      describe: 'Keep what the teacher drew, for a --resume with more steps or other weights',
    },
    ...fieldOptions('data'),
    ...studentOptions('training'),
    ...studentOptions('output'),
  }),
  examples: [
    ['$0 distill --model models/hands --calls 4 --out models/hands-4', 'four calls instead of twenty'],
    ['$0 distill --model models/hands --calls 1 --minutes 60 --out models/hands-1', 'a single call, in an hour'],
  ],
  handler: async (args) => {
    const { distill } = await import('./stages/distill.ts');
    await distill(args);
  },
};
