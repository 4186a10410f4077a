import type { ButtonHTMLAttributes, ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'label'> {
  /** At most one `primary` per view: its main action. Default: `plain`. */
  kind?: 'primary' | 'plain' | 'quiet' | undefined;
  icon?: IconName | undefined;
  /** The name of a button that shows only its icon. */
  label?: string | undefined;
  children?: ComponentChildren;
}

/** A button; with `label` and no children it shows its icon alone. */
export function Button({ kind = 'plain', icon, label, children, class: extra, ...rest }: ButtonProps): JSX.Element {
  const alone = children === undefined;
  return (
    <button
      type="button"
      class={['button', `button-${kind}`, alone && 'button-icon', extra].filter(Boolean).join(' ')}
      aria-label={label}
      title={alone ? label : undefined}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
