/** A view whose code is loaded when it is first shown. */
import { signal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { View } from '../router.ts';
import { sentence } from '../state/loader.ts';
import { Button } from './button.tsx';

type ViewModule = { default: ComponentType };

/** All views; each is a chunk of its own. */
const modules = import.meta.glob<ViewModule>('../views/*/index.tsx');
const there = signal<Partial<Record<View, ComponentType>>>({});
const broken = signal<Partial<Record<View, string>>>({});

const put = <T,>(of: { value: Partial<Record<View, T>> }, view: View, value: T | undefined) => {
  const { [view]: _, ...others } = of.value;
  of.value = (value === undefined ? others : { ...others, [view]: value }) as Partial<Record<View, T>>;
};

/** Fetches the code of a view; a call after a failure tries again. */
export async function fetchView(view: View): Promise<void> {
  if (there.peek()[view]) return;
  try {
    const load = modules[`../views/${view}/index.tsx`];
    if (load === undefined) throw new Error('This part of the page is not written yet.');
    const { default: component } = await load();
    put(there, view, component);
    put(broken, view, undefined);
  } catch (error) {
    put(broken, view, sentence(error));
  }
}

export function LazyView({ view }: { view: View }): JSX.Element {
  useEffect(() => void fetchView(view), [view]);
  const Component = there.value[view];
  if (Component) return <Component />;
  const reason = broken.value[view];
  if (reason === undefined) return <p class="view-wait">Loading…</p>;
  return (
    <div class="view-wait" role="alert">
      <p>This part of the page could not be loaded. {reason}</p>
      <Button icon="retry" onClick={() => location.reload()}>
        Load the page again
      </Button>
    </div>
  );
}
