import type { ButtonHTMLAttributes, ComponentType, ReactNode, Ref } from "react";
import styles from "./Button.module.css";
import { classes } from "./classes";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "plain" | "primary" | "quiet" | "danger";
  icon?: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  /** Shows the icon alone; the text stays its name. */
  iconOnly?: boolean;
  busy?: boolean;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

/** A button. With `iconOnly` its text is read out and shown as a tip. */
export function Button({
  look = "plain",
  icon: Icon,
  iconOnly,
  busy,
  small,
  className,
  children,
  ...rest
}: ButtonProps) {
  const name = iconOnly && typeof children === "string" ? children : undefined;
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      {...rest}
      onClick={busy ? undefined : rest.onClick}
      className={classes(styles.button, styles[look], iconOnly && styles.iconOnly, small && styles.small, className)}
    >
      {Icon && <Icon size={small ? 16 : 18} aria-hidden />}
      {!iconOnly && <span className={styles.text}>{children}</span>}
      {iconOnly && !name && children}
    </button>
  );
}
