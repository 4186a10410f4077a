/** A button that lets the visitor choose files, or a folder of them. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from '../../../components/icon.tsx';
import type { Incoming } from '../../model/arrange.ts';
import { hasFolders, takeFiles } from '../../model/files-button.tsx';

interface PickerProps {
  /** Of the zone's title, which names what is chosen. */
  id: string;
  label: string;
  folder?: boolean;
  accept?: string;
  onFiles: (files: Incoming[]) => Promise<void>;
}

/** Nothing where a folder is asked for and the browser has no dialog for folders. */
export function Picker({ id, label, folder = false, accept, onFiles }: PickerProps): JSX.Element | null {
  const own = useId();
  if (folder && !hasFolders) return null;
  return (
    <label class="button button-plain game-pick">
      <Icon name={folder ? 'folder' : 'upload'} />
      <span id={own}>{label}</span>
      <input
        type="file"
        class="hidden"
        multiple
        aria-labelledby={`${own} ${id}`}
        {...(folder ? { webkitdirectory: true } : { accept })}
        onChange={takeFiles(onFiles)}
      />
    </label>
  );
}
