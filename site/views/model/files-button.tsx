/** A button that lets the visitor choose files, or a folder of them. */
import type { TargetedEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import type { Incoming } from './arrange.ts';
import { filesOfDialog } from './drop.ts';

/** Phones may lack it, but can pick single files. */
export const hasFolders = typeof HTMLInputElement !== 'undefined' && 'webkitdirectory' in HTMLInputElement.prototype;

interface FilesButtonProps {
  label: string;
  folder?: boolean;
  accept?: string;
  locked?: boolean;
  onFiles(files: Incoming[]): void;
}

/** Nothing where a folder is asked for and the browser has no dialog for folders. */
export function FilesButton({ label, folder = false, accept, locked = false, onFiles }: FilesButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  if (folder && !hasFolders) return null;
  return (
    <>
      <Button
        icon={folder ? 'folder' : 'upload'}
        aria-disabled={locked || undefined} // not `disabled`: the focus returns here from a question
        onClick={() => locked || input.current?.click()}
      >
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={accept}
        aria-label={label}
        {...(folder && { webkitdirectory: true })}
        onChange={takeFiles(onFiles)}
      />
    </>
  );
}

/** Of a file dialog: the same files may be chosen again. */
export const takeFiles =
  (take: (files: Incoming[]) => void) =>
  ({ currentTarget }: TargetedEvent<HTMLInputElement>): void => {
    const files = filesOfDialog(currentTarget.files ?? []);
    if (files.length > 0) take(files);
    currentTarget.value = '';
  };
