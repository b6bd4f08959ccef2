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
