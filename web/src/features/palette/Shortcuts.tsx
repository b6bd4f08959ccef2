import { useWords } from "@/i18n";
import type { Key } from "@/i18n/texts";
import { type Action, keysOf, singleKeys, useOfferedActions } from "@/lib/actions";
import { useStored } from "@/lib/useStored";
import { Switch } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import styles from "./Shortcuts.module.css";

const GROUPS: Action["group"][] = ["app", "go", "page", "selection"];
const ON_THE_WALL: [Key, string[]][] = [
  ["web.shortcuts.walk", ["←", "→", "↑", "↓"]],
  ["web.shortcuts.ends", ["Ctrl+Home", "Ctrl+End"]],
  ["web.shortcuts.open", ["Enter"]],
  ["web.shortcuts.select", ["Space"]],
  ["web.shortcuts.range", ["Shift+→"]],
  ["web.shortcuts.menu", ["Shift+F10"]],
];

/** Every shortcut there is, read from the actions themselves. */
export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const actions = useOfferedActions().filter((each) => each.shortcut);
  const [isOn, setOn] = useStored(singleKeys);
  return (
    <Sheet title={t("web.shortcuts.title")} wide onClose={onClose}>
      <div className={styles.groups}>
        {GROUPS.map((group) => {
          const mine = actions.filter((each) => each.group === group);
          return (
            mine.length > 0 && (
              <section key={group}>
                <h3>{t(`web.shortcuts.groups.${group}` as Key)}</h3>
                <dl className={styles.list}>
                  {mine.map((each) => (
                    <Line key={each.id} name={t(each.name, each.facts)} keys={keysOf(each.shortcut ?? "")} />
                  ))}
                </dl>
              </section>
            )
          );
        })}
        <section>
          <h3>{t("web.shortcuts.groups.wall")}</h3>
          <dl className={styles.list}>
            {ON_THE_WALL.map(([name, keys]) => (
              <Line key={name} name={t(name)} keys={keys} />
            ))}
          </dl>
        </section>
      </div>
      <Switch label={t("web.shortcuts.single")} help={t("web.shortcuts.single-help")} checked={isOn} onChange={setOn} />
    </Sheet>
  );
}

function Line({ name, keys }: { name: string; keys: string[] }) {
  return (
    <div className={styles.line}>
      <dt>{name}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </div>
  );
}
