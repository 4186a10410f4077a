/** A file of the visitor's own: a button for the dialog, and letting go of a picture anywhere on the page. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

export type TakeFile = (file: File) => void;

export const PictureFileButton = ({ onFile }: { onFile: TakeFile }): JSX.Element => (
  <FileButton label="Your file" accept="image/*" onFile={onFile} />
);

export interface FileButtonProps {
  label: string;
  /** Kinds of files, as `accept` of an input names them. */
  accept: string;
  onFile: TakeFile;
}

export function FileButton({ label, accept, onFile }: FileButtonProps): JSX.Element {
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon="upload" onClick={() => file.current!.click()}>
        {label}
      </Button>
      <input
        ref={file}
        class="hidden"
        type="file"
        accept={accept}
        tabIndex={-1}
        aria-hidden="true"
        aria-label={label}
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
