import { type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, useId } from "react";
import { classes } from "./classes";
import styles from "./Field.module.css";

interface Frame {
  label: string;
  help?: ReactNode;
  wrong?: string | undefined;
  /** The label is read out but not shown. */
  bare?: boolean;
}

function Framed({ label, help, wrong, bare, id, children }: Frame & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field} data-wrong={wrong ? true : undefined}>
      <label htmlFor={id} className={bare ? "visually-hidden" : styles.label}>
        {label}
      </label>
      {children}
      {help && (
        <p id={`${id}-help`} className={styles.help}>
          {help}
        </p>
      )}
      {wrong && (
        <p id={`${id}-wrong`} className={styles.wrong} role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

const described = (id: string, { help, wrong }: Pick<Frame, "help" | "wrong">) =>
  [help && `${id}-help`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined;

type TextProps = Frame & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

/** A line of text with its label, its help, and what is wrong with it. */
export function TextField({ label, help, wrong, bare, className, ...rest }: TextProps) {
  const made = useId();
  const id = rest.id ?? made;
  return (
    <Framed {...{ label, help, wrong, bare, id }}>
      <input
        type="text"
        {...rest}
        id={id}
        aria-describedby={described(id, { help, wrong })}
        aria-invalid={wrong ? true : undefined}
        className={classes(styles.input, className)}
      />
    </Framed>
  );
}

type AreaProps = Frame & React.TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> };

/** Lines of text with their label. */
export function TextArea({ label, help, wrong, bare, className, ...rest }: AreaProps) {
  const made = useId();
  const id = rest.id ?? made;
  return (
    <Framed {...{ label, help, wrong, bare, id }}>
      <textarea
        {...rest}
        id={id}
        aria-describedby={described(id, { help, wrong })}
        aria-invalid={wrong ? true : undefined}
        className={classes(styles.input, styles.area, className)}
      />
    </Framed>
  );
}

type SelectProps = Frame &
  SelectHTMLAttributes<HTMLSelectElement> & { options: readonly (readonly [string, string])[] };

/** One of several: the browser's own list, which every keyboard, reader and phone knows. Options are value and words. */
export function SelectField({ label, help, wrong, bare, options, className, ...rest }: SelectProps) {
  const made = useId();
  const id = rest.id ?? made;
  return (
    <Framed {...{ label, help, wrong, bare, id }}>
      <select
        {...rest}
        id={id}
        aria-describedby={described(id, { help, wrong })}
        className={classes(styles.input, styles.select, className)}
      >
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </Framed>
  );
}

interface SwitchProps {
  label: string;
  help?: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

/** On or off, at once. */
export function Switch({ label, help, checked, disabled, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className={styles.switch}>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={checked}
        aria-checked={checked}
        disabled={disabled}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {help && (
          <p id={`${id}-help`} className={styles.help}>
            {help}
          </p>
        )}
      </div>
    </div>
  );
}
