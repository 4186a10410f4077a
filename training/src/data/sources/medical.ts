/** The package that reads medical images, which is loaded when the first of them is met. */
import { loadOptional } from '@onnoise/base/install';

/** @throws InputError with the line that installs it, where it is missing */
export const loadMedical = () =>
  loadOptional('read medical images', ['@onnoise/medical'], () => import('@onnoise/medical'));
