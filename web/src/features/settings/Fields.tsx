import { type Setting, useSettings } from "@/api/settings";
import { SettingField } from "./SettingField";

/** Settings as fields, one below the other: those named, in that order, or all of a section. */
export function Fields({ of }: { of: readonly string[] | Setting["section"] }) {
  const { data } = useSettings();
  const all = data?.settings ?? [];
  const shown =
    typeof of === "string"
      ? all.filter((each) => each.section === of && each.type !== "rules")
      : of.flatMap((name) => all.find((each) => each.name === name) ?? []);
  return (
    <div>
      {shown.map((each) => (
        <SettingField key={each.name} setting={each} />
      ))}
    </div>
  );
}
