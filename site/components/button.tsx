import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import { useReducer, useRef } from 'preact/hooks';

/** Small line drawings on a grid of 24, hidden from screen readers: the control around them has the words. */

const PATHS = {
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8 5v14M16 5v14',
  stop: 'M6.5 6.5h11v11h-11z',
  first: 'M7 5v14M18 5.5v13L9.5 12z',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  next: 'M9.5 5.5 16 12l-6.5 6.5',
  dice: 'M5 5h14v14H5zM9 9h.01M15 15h.01M15 9h.01M9 15h.01M12 12h.01',
  download: 'M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M5 19.5h14',
  upload: 'M12 15.5v-11m0 0L7.5 9M12 4.5 16.5 9M5 19.5h14',
  brush: 'M14 10 19.5 4.5M11 9l4 4M11 9c-4 0-3 5-6.5 8 3 1.5 10 1.5 10.5-4',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  cross: 'm6.5 6.5 11 11m0-11-11 11',
  alert: 'M12 4.5 21 19.5H3zM12 10v4.5M12 17h.01',
  camera: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6z',
  folder: 'M3.5 6.5h6l2 2.5h9v10h-17z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  system: 'M3.5 5h17v11h-17zM9 19.5h6M12 16v3.5',
  retry: 'M19 12a7 7 0 1 1-2-5M19.5 3.5V8H15',
  chip: 'M7 7h10v10H7zM10 3.5V7M14 3.5V7M10 17v3.5M14 17v3.5M3.5 10H7M3.5 14H7M17 10h3.5M17 14h3.5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'label'> {
  /** At most one `primary` per view: its main action. Default: `plain`. */
  kind?: 'primary' | 'plain' | 'quiet' | undefined;
  icon?: IconName | undefined;
  /** The name of a button that shows only its icon. */
  label?: string | undefined;
  children?: ComponentChildren;
}

/**
 * A button; with `label` and no children it shows its icon alone. Disabled while it has the focus, it keeps it and ignores
 * presses until the focus goes elsewhere: a browser would drop the focus, and with it the keyboard's place in the page.
 */
export function Button(props: ButtonProps) {
  const { kind = 'plain', icon, label, children, class: extra, disabled, onClick, ...rest } = props;
  const button = useRef<HTMLButtonElement>(null);
  const [, lookAgain] = useReducer((looks: number) => looks + 1, 0);
  const kept = Boolean(disabled) && button.current !== null && button.current === document.activeElement;
  const alone = children === undefined;
  return (
    <button
      ref={button}
      type="button"
      class={['button', `button-${kind}`, alone && 'button-icon', extra].filter(Boolean).join(' ')}
      aria-label={label}
      title={alone ? label : undefined}
      disabled={disabled && !kept}
      aria-disabled={kept || undefined}
      onClick={kept ? (event) => event.preventDefault() : onClick}
      onBlur={kept ? () => lookAgain(undefined) : undefined}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
