/** All kernel rows, by tfjs kernel name. */

import { convolution } from './convolution/convolution.ts';
import { depthwiseGradients } from './convolution/depthwise-gradient.ts';
import { dilation } from './convolution/dilation.ts';
import { volumes } from './convolution/volume.ts';
import { cropping } from './images/crop.ts';
import { fused } from './images/fused.ts';
import { maxPoolGradient } from './images/max-pool-gradient.ts';
import { pooling } from './images/pooling.ts';
import { resizing } from './images/resize.ts';
import { responseNormalization } from './images/response-normalization.ts';
import { volumePooling } from './images/volume-pooling.ts';
import { arithmetic } from './tensors/arithmetic.ts';
import { boxes } from './tensors/boxes.ts';
import { inEitherFormat } from './tensors/channels-first.ts';
import { einsum } from './tensors/einsum.ts';
import { elementwise } from './tensors/elementwise.ts';
import { gathering } from './tensors/gather.ts';
import { matmul } from './tensors/matmul.ts';
import { movement } from './tensors/movement.ts';
import { ordering } from './tensors/order.ts';
import { rearranging } from './tensors/rearrange.ts';
import { reductions } from './tensors/reduction.ts';
import type { KernelTable } from './tensors/row.ts';
import { transforms } from './tensors/transform.ts';

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
