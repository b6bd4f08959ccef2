import { Menu, MenuItem, Popover, type PopoverProps, Separator } from "react-aria-components";
import { classes } from "./classes";
import type { Choice } from "./Menu";
import styles from "./Menu.module.css";

interface ChoicesProps extends Omit<PopoverProps, "children"> {
  label: string;
  choices: Choice[];
  /** The first choice takes the focus at once; a menu with a button of its own does that by itself. */
  takesFocus?: boolean;
}

/** What floats: the choices of a menu. */
export function Choices({ label, choices, takesFocus, ...rest }: ChoicesProps) {
  return (
    <Popover aria-label={label} className={styles.popover ?? ""} placement="bottom end" {...rest}>
      <Menu aria-label={label} autoFocus={takesFocus ? "first" : undefined} className={styles.menu ?? ""}>
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
