/** A draw from any bell as a function of its mean and deviation: Kingma & Welling 2014, section 2.4. */

/** From N(mean, deviation^2), of a draw from N(0, 1). */
export const drawnFrom = (mean: number, deviation: number, epsilon: number): number => mean + deviation * epsilon;

/** How far the draw moves for each unit that its mean or its deviation moves. */
export const slopesOf = (epsilon: number): { mu: number; sigma: number } => ({ mu: 1, sigma: epsilon });
