import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

interface DialogProps {
  open: boolean;
  title: string;
  /** Called for the cross, the escape key or a click beside the dialog. */
  onClose: () => void;
  children: ComponentChildren;
}

/** The browser's own dialog, which traps the focus and gives it back. */
export function Dialog({ open, title, onClose, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the escape key does the same
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={id}
      onClose={() => open && onClose()}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <div class="dialog-body">
        <header class="card-head">
          <h2 class="card-title" id={id}>
            {title}
          </h2>
          <Button kind="quiet" icon="cross" label="Close" onClick={onClose} />
        </header>
        {open && children}
      </div>
    </dialog>
  );
}
