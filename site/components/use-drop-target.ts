/** Props of an element that files are dropped on; `data-over` says that some are over it. */
import { useState } from 'preact/hooks';

export interface DropTarget {
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
