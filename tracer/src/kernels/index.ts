/** All kernel rows, by tfjs kernel name. */
import { arithmetic } from './arithmetic.ts';
import { boxes } from './boxes.ts';
import { inEitherFormat } from './channels-first.ts';
import { convolution } from './convolution.ts';
import { cropping } from './crop.ts';
import { depthwiseGradients } from './depthwise-gradient.ts';
import { dilation } from './dilation.ts';
import { einsum } from './einsum.ts';
import { elementwise } from './elementwise.ts';
import { fused } from './fused.ts';
import { gathering } from './gather.ts';
import { matmul } from './matmul.ts';
import { maxPoolGradient } from './max-pool-gradient.ts';
import { movement } from './movement.ts';
import { ordering } from './order.ts';
import { pooling } from './pooling.ts';
import { rearranging } from './rearrange.ts';
import { reductions } from './reduction.ts';
import { resizing } from './resize.ts';
import { responseNormalization } from './response-normalization.ts';
import type { KernelTable } from './row.ts';
import { transforms } from './transform.ts';
import { volumes } from './volume.ts';
import { volumePooling } from './volume-pooling.ts';

export const kernels: KernelTable = {
  ...elementwise,
  ...arithmetic,
  ...inEitherFormat({ ...convolution, ...depthwiseGradients, ...fused }),
  ...pooling,
  ...maxPoolGradient,
  ...volumes,
  ...volumePooling,
  ...matmul,
  ...einsum,
  ...movement,
  ...rearranging,
  ...gathering,
  ...resizing,
  ...cropping,
  ...boxes,
  ...transforms,
  ...dilation,
  ...responseNormalization,
  ...ordering,
  ...reductions,
};
