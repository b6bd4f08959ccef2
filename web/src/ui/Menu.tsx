import type { ComponentType, ReactNode } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Pressable, Separator } from "react-aria-components";
import { classes } from "./classes";
import styles from "./Menu.module.css";

export interface Choice {
  id: string;
  label: string;
  icon?: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  run: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** A line above it. */
  apart?: boolean;
  selected?: boolean;
}

/** A menu that opens from its button. The button must take a ref and spread its props. */
export default function Menu({ label, choices, children }: { label: string; choices: Choice[]; children: ReactNode }) {
  return (
    <MenuTrigger>
      <Pressable>{children as React.ReactElement<React.HTMLAttributes<HTMLButtonElement>, string>}</Pressable>
      <Popover className={styles.popover ?? ""} placement="bottom end">
        <AriaMenu aria-label={label} className={styles.menu ?? ""}>
          {choices.flatMap((each) => [
            ...(each.apart ? [<Separator key={`${each.id}-`} className={styles.line ?? ""} />] : []),
            <MenuItem
              key={each.id}
              id={each.id}
              textValue={each.label}
              isDisabled={each.disabled ?? false}
              onAction={each.run}
              className={classes(styles.item, each.danger && styles.danger)}
            >
              {each.icon && <each.icon size={18} aria-hidden />}
              <span>{each.label}</span>
              {each.selected && <span aria-hidden>✓</span>}
            </MenuItem>,
          ])}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
