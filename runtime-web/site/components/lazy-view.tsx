/** The views; the code of each is a chunk of its own. */
import type { View } from '../router.ts';
import { createLazy, type LazyModule } from './lazy.tsx';

const modules = import.meta.glob<Awaited<ReturnType<LazyModule>>>('../views/*/index.tsx');

export const { fetch: fetchView, Show: ShowView } = createLazy<View>((view) => modules[`../views/${view}/index.tsx`]);
