/** Short messages that vanish by themselves: `toast('The link is in the clipboard.')`. Errors and buttons stay. */
import { signal } from '@preact/signals';
import { Button, Icon } from './button.tsx';

type ToastKind = 'done' | 'error';

interface Toast {
  id: number;
  text: string;
  kind: ToastKind;
  action?: { label: string; run: () => void };
}

const STAYS = 5000; // ms
const MOST = 3;
const toasts = signal<Toast[]>([]);
let next = 0;

/** Errors stay until they are closed. */
export function toast(text: string, kind: ToastKind = 'done'): void {
  const id = show({ text, kind });
  if (kind === 'done') setTimeout(() => close(id), STAYS);
}

/** A message with a button, which stays. */
export function toastAction(text: string, label: string, run: () => void): void {
  show({ text, kind: 'done', action: { label, run } });
}

function show(what: Omit<Toast, 'id'>): number {
  const id = next++;
  toasts.value = [
    ...toasts
      .peek()
      .filter(({ text }) => text !== what.text)
      .slice(1 - MOST),
    { ...what, id },
  ];
  return id;
}

function close(id: number): void {
  toasts.value = toasts.peek().filter((one) => one.id !== id);
}

/** Rendered once per page. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, kind, action }) => (
        <div key={id} class={`toast toast-${kind}`}>
          <Icon name={kind === 'done' ? 'check' : 'alert'} />
          <p>{text}</p>
          {action && <Button onClick={action.run}>{action.label}</Button>}
          <Button kind="quiet" icon="cross" label="Close this message" onClick={() => close(id)} />
        </div>
      ))}
    </div>
  );
}

/**
 * Copies a text. If the browser forbids it, a message says what to do.
 * @param instead ends that message: "mark the text and copy it"
 */
export async function copyText(text: string, instead: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast(`The browser does not let this page write to the clipboard: ${instead}.`, 'error');
    return false;
  }
}
