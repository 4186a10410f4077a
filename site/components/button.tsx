import type { ButtonHTMLAttributes, ComponentChildren, JSX } from 'preact';
import { useReducer, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'label'> {
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
export function Button(props: ButtonProps): JSX.Element {
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
