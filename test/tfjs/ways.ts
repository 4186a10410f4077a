/**
 * How what is written reaches the graph. Rows have forms of their own for constants, here every second tensor; and follow the
 * order that a tensor is stored in, and stored broadcasts: NHWC as NCHW beside logical order, or all in reverse.
 */
export const WAYS = ['inputs', 'constants', 'channels-first', 'reversed'] as const;
export type Way = (typeof WAYS)[number];
