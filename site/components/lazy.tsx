/** A part of the page whose code is loaded when it is first shown. */

import { nextTask } from '@onnoise/runtime-web/parts';
import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentType, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { sentence } from '../state/models.ts';
import { Button } from './button.tsx';

export type LazyModule = () => Promise<{
  default: ComponentType;
  /** Fetches what it cannot be shown without. */
  before?: (() => Promise<void>) | undefined;
}>;

interface Lazy<Name extends string> {
  /** Fetches the code of a part; a call after a failure tries again. */
  fetch(name: Name): Promise<void>;
  /** @param children what follows it, once it is there */
  Show(props: { name: Name; children?: ComponentChildren }): JSX.Element;
}

export function createLazy<Name extends string>(moduleOf: (name: Name) => LazyModule | undefined): Lazy<Name> {
  type Known<T> = Partial<Record<Name, T>>;
  const there = signal<Known<ComponentType>>({});
  const broken = signal<Known<string>>({});
  const put = <T,>(of: { value: Known<T> }, name: Name, value: T | undefined) => {
    const { [name]: _, ...others } = of.value;
    of.value = (value === undefined ? others : { ...others, [name]: value }) as Known<T>;
  };

  async function fetch(name: Name): Promise<void> {
    if (there.peek()[name]) return;
    try {
      const load = moduleOf(name);
      if (load === undefined) throw new Error('This part of the page is not written yet.');
      const { default: component, before } = await load();
      await before?.();
      await nextTask(); // the code has just run; to show it takes as long again, and a press may come between
      put(there, name, component);
      put(broken, name, undefined);
    } catch (error) {
      put(broken, name, sentence(error));
    }
  }

  function Show({ name, children }: { name: Name; children?: ComponentChildren }) {
    useEffect(() => void fetch(name), [name]);
    const Component = there.value[name] as ComponentType | undefined;
    if (Component) {
      return (
        <>
          <Component />
          {children}
        </>
      );
    }
    const reason = broken.value[name];
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
  return { fetch, Show };
}
