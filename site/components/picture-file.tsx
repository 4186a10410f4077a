/** A picture of the visitor's own: a button for the dialog, and letting go of a file anywhere on the page. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

export type TakeFile = (file: File) => void;

export function PictureFileButton({ onFile }: { onFile: TakeFile }): JSX.Element {
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon="upload" onClick={() => file.current!.click()}>
        Your file
      </Button>
      <input
        ref={file}
        class="hidden"
        type="file"
        accept="image/*"
        tabIndex={-1}
        aria-hidden="true"
        aria-label="Your file"
        onChange={({ currentTarget }) => {
          const [chosen] = currentTarget.files ?? [];
          if (chosen) onFile(chosen);
          currentTarget.value = ''; // the same file may be chosen again
        }}
      />
    </>
  );
}

/** Without this the browser would open a dropped file in place of the page. */
export function useDrop(onFile: TakeFile): void {
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener('dragover', (event) => event.preventDefault(), { signal });
    const drop = (event: DragEvent) => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) onFile(file);
    };
    addEventListener('drop', drop, { signal });
    return () => listening.abort();
  }, [onFile]);
}
