/** All kernel rows, by tfjs kernel name. */
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { fused } from './fused.ts';
import { matmul } from './matmul.ts';
import { movement } from './movement.ts';
import { pooling } from './pooling.ts';
import { reductions } from './reduction.ts';
import type { KernelTable } from './row.ts';

export const kernels: KernelTable = {
  ...elementwise,
  ...convolution,
  ...pooling,
  ...matmul,
  ...movement,
  ...reductions,
  ...fused,
};
