/** A file of the visitor's own: a button for the dialog, and letting go of a picture anywhere on the page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from './button.tsx';

type TakeFile = (file: File) => void;

export const PictureFileButton = ({ onFile }: { onFile: TakeFile }) => (
  <FileButton label="Your file" accept="image/*" onFile={onFile} />
);

interface FileButtonProps {
  label: string;
  /** Kinds of files, as `accept` of an input names them. */
  accept: string;
  onFile: TakeFile;
}

export function FileButton({ label, accept, onFile }: FileButtonProps) {
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

/** Props of an element that files are dropped on; `data-over` says that some are over it. */

interface DropTarget {
  'data-over': boolean;
  onDragOver: (event: DragEvent) => void;
  onDragLeave: () => void;
  onDrop: (event: DragEvent) => void;
}

/** @param take must read the list of files at once: the browser empties it after the event */
export function useDropTarget(take: (dropped: DataTransfer) => void): DropTarget {
  const [over, setOver] = useState(false);
  return {
    'data-over': over,
    onDragOver(event) {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave() {
      setOver(false);
    },
    onDrop(event) {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) take(event.dataTransfer);
    },
  };
}
