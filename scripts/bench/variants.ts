/** How PyTorch can be told to run: the names of torch_side.py, and what to call them. */
export const VARIANTS = {
  eager: 'PyTorch, eager',
  fused: 'PyTorch, eager, fused Adam',
  compile: 'PyTorch, torch.compile, fused Adam',
  'channels-last': 'PyTorch, channels_last, fused Adam',
  bf16: 'PyTorch, bf16 autocast, fused Adam',
} as const;

export type Variant = keyof typeof VARIANTS;
