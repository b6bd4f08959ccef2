import { Menu, MenuItem, Popover, type PopoverProps, Separator } from "react-aria-components";
import { classes } from "./classes";
import type { Choice } from "./Menu";
import styles from "./Menu.module.css";

/** What floats: the choices of a menu. */
export function Choices({
  label,
  choices,
  ...rest
}: { label: string; choices: Choice[] } & Omit<PopoverProps, "children">) {
  return (
    <Popover className={styles.popover ?? ""} placement="bottom end" {...rest}>
      <Menu aria-label={label} className={styles.menu ?? ""}>
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
      </Menu>
    </Popover>
  );
}
