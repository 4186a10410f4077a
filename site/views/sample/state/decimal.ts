/** The number of a field's text in plain decimals, such as `0.5`; NaN for any other text. */
export const decimal = (text: string): number => (/^\s*(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : Number.NaN);
