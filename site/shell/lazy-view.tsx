/** The views; the code of each is a chunk of its own. */

import { createLazy, type LazyModule } from '../components/lazy.tsx';
import type { View } from '../state/router.ts';

const modules = import.meta.glob<Awaited<ReturnType<LazyModule>>>('../views/*/index.tsx');

export const { fetch: fetchView, Show: ShowView } = createLazy<View>((view) => modules[`../views/${view}/index.tsx`]);
