/** The classes of a mask, as answers name them. */
import { type MaskLabels, maskValues } from '@onnoise/scheduler/model';

/** `values`: what the pixels of files have for each class. */
export const describeMask = (labels: MaskLabels) => ({ classes: labels.classes, values: maskValues(labels) });
