/** Pictures that a model draws for an evaluation, asked for what the data holds. */
import { basename } from 'node:path';
import type { TrainedOn } from '@onnoise/base/folders';
import { pictureShapeOf, shownOf } from '@onnoise/scheduler/model';
import type { PrepareOptions } from '@onnoise/training/data';
import { modelFacts } from './report/facts.ts';
import { matchClasses, matchConditions } from './sampling/agree.ts';
import { askLike, askUnseen } from './sampling/ask.ts';
import { type SampledJob, sampleRun } from './sampling/run.ts';
import { checkAsked, checkSettings } from './sampling/settings.ts';
import type { PictureSource } from './source.ts';

interface ModelSource extends Omit<SampledJob, 'seed'> {
  /** What training.json says of its images. */
  trainedOn?: TrainedOn | undefined;
  /** The images that are named as those that it was trained on, and whether others are named to compare with. */
  images: { data: PrepareOptions; test?: PrepareOptions | undefined };
}

const OTHER_IMAGES =
  "The images are not those that the model's training.json names, so copies of any others are not looked for.";

const OTHER_SPLIT =
  'The images held out here are not those that training held out, so the model may have learnt from them. Leave out --validation-share, --split-seed and --group-column, or name others with --test-data.';
const UNKNOWN_SPLIT =
  'No training.json says which images were held out, so the model may have learnt from those that it is compared with, unless --test-data names others.';

const ofStart = (name: string): string =>
  `The model started from the weights of ${name}, and this data says nothing about copies of the images of ${name}. Evaluate with those, too.`;

type Fit = Pick<PictureSource, 'action' | 'called' | 'facts' | 'agree'>;

/** What images must be to fit a model. @param action as in `Cannot <action>: ...` */
export const fitOf = (action: string, model: ModelSource['model']): Fit => ({
  action,
  called: "the model's pictures",
  facts: { ...model, shape: pictureShapeOf(model) },
  agree(dataset, same) {
    matchConditions(action, model, dataset);
    return matchClasses(action, model, dataset, same);
  },
});

/** @throws InputError for settings that the model cannot be sampled with */
export async function fromModel(given: ModelSource): Promise<PictureSource> {
  const { model, trainedOn, images, settings, batch } = given;
  checkSettings(model, settings, batch);
  const action = `evaluate ${model.folder}`;
  const told = model.conditionImage !== undefined;
  return {
    ...fitOf(action, model),
    dataHash: trainedOn?.hash,
    show: shownOf(action, model),
    // Now: later, another model may have taken the folder's place.
    origin: { model: await modelFacts(model) },
    notesOn: ({ same }) => ({
      unknown: [
        ...(same === false ? [OTHER_IMAGES] : []),
        // Its last part: figures hold no path of this machine.
        ...(trainedOn?.start === undefined ? [] : [ofStart(basename(trainedOn.start))]),
      ],
      split: same !== false && images.test === undefined ? notesOnSplit(images.data, trainedOn) : [],
    }),
    async choose(real, { count, seed }) {
      const asked = told
        ? await askUnseen(real, { count, seed })
        : askLike(real.dataset, real.classMap, { count, seed });
      checkAsked(model, asked, seed);
      return (hooks) => sampleRun({ ...given, seed }, asked, hooks);
    },
    close: async () => {},
  };
}

function notesOnSplit(data: PrepareOptions, trainedOn: TrainedOn | undefined): string[] {
  if (trainedOn === undefined) return [UNKNOWN_SPLIT];
  const told = trainedOn.data;
  const same =
    told.validationShare === data.validationShare &&
    trainedOn.seed === data.seed &&
    told.groupColumn === data.groupColumn;
  return same ? [] : [OTHER_SPLIT];
}
