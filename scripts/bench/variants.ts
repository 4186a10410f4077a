/** How PyTorch can be told to run: the names of torch_side.py, and what to call them. */
export const VARIANTS = {
  eager: 'PyTorch, eager',
  fused: 'PyTorch, eager',
  compile: 'PyTorch, torch.compile',
  'channels-last': 'PyTorch, channels_last',
  bf16: 'PyTorch, bf16 autocast',
} as const;

export type Variant = keyof typeof VARIANTS;

/** @param trains whether the work has an optimizer: all ways but eager fuse it. */
export const nameOf = (way: Variant, trains: boolean): string =>
  trains && way !== 'eager' ? `${VARIANTS[way]}, fused Adam` : VARIANTS[way];
