/** The U: which network is drawn, how far the picture is, what is open, and which skips are cut. */
import { signal } from '@preact/signals';

/** The page's own, through which the picture goes, or the tutorial's, of which only the plan is there. */
export type Drawn = 'page' | 'tutorial';

export const drawn = signal<Drawn>('page');
/** Index of the block that the picture has reached; null: all of them. */
export const reached = signal<number | null>(null);
/** A module of a block; null: none was chosen yet. */
export const open = signal<string | null>(null);
/** The module that the open skip begins at; it goes before `open`. */
export const openSkip = signal<string | null>(null);
/** Modules whose skips are cut. */
export const cut = signal<ReadonlySet<string>>(new Set());
export const playing = signal(false);
