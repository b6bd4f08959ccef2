import type { ComponentType, HTMLAttributes, ReactElement } from "react";
import { MenuTrigger, Pressable } from "react-aria-components";
import { Choices } from "./Choices";

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
  /** Leads on to something in its place; only for menus without a button of their own. */
  stays?: boolean;
}

interface MenuProps {
  label: string;
  choices: Choice[];
  /** The button; it must take a ref and spread its props. */
  children: ReactElement<HTMLAttributes<HTMLButtonElement>, string>;
}

/** A menu that opens from its button. */
export default function Menu({ label, choices, children }: MenuProps) {
  return (
    <MenuTrigger>
      <Pressable>{children}</Pressable>
      <Choices label={label} choices={choices} />
    </MenuTrigger>
  );
}
