import { toast } from './toast.tsx';

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
