import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { appsQuery } from "@/api/apps";
import { useWords } from "@/i18n";
import { Button } from "./Button";
import { Radios } from "./Radios";
import Sheet from "./Sheet";
import { useBulk } from "./useBulk";

const CHOICES = { yes: true, no: false, default: null } as const;
type Choice = keyof typeof CHOICES;

/** Says of models which apps get links to them: yes, no, or as the app's own rule has it. */
export default function LinkDialog({ ids, onClose }: { ids: string[]; onClose: () => void }) {
  const { t } = useWords();
  const bulk = useBulk();
  const { data: apps = [] } = useQuery(appsQuery);
  const [chosen, setChosen] = useState<Record<string, Choice>>({});
  const isNothing = Object.keys(chosen).length === 0;
  const choices = [
    { value: "", words: t("web.library.link-leave") },
    ...(["yes", "no", "default"] as const).map((value) => ({ value, words: t(`web.library.link-choice.${value}`) })),
  ];
  function choose(app: string, value: string) {
    const { [app]: _, ...others } = chosen;
    setChosen(value === "" ? others : { ...others, [app]: value as Choice });
  }
  return (
    <Sheet title={t("web.library.link")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isNothing) return;
          void bulk.link(ids, Object.fromEntries(Object.entries(chosen).map(([app, each]) => [app, CHOICES[each]])));
          onClose();
        }}
      >
        {apps.length > 0 && <p>{t("web.library.link-lead", { count: ids.length })}</p>}
        {apps.length === 0 && (
          <p>
            {t("web.apps.empty-hint")}{" "}
            <Link href="/apps" className="target" onClick={onClose}>
              {t("web.apps.title")}
            </Link>
          </p>
        )}
        {apps.map((each) => (
          <Radios
            key={each.id}
            label={each.title}
            choices={choices}
            value={chosen[each.id] ?? ""}
            onChange={(value) => choose(each.id, value)}
          />
        ))}
        <div className="row-end">
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button type="submit" look="primary" disabled={isNothing}>
            {t("web.library.apply")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
