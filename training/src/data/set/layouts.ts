/** The axes of an array of images: [N, H, W], [N, H, W, C] or [N, C, H, W]. */
export const LAYOUTS = ['nhw', 'nhwc', 'nchw'] as const;
export type Layout = (typeof LAYOUTS)[number];
