import { useQuery } from "@tanstack/react-query";
import { ListPlus, RotateCcw } from "lucide-react";
import { useMemo, useState } from "react";
import { Refused } from "@/api/client";
import { type Rule, type Rules, rulesPreviewQuery, rulesQuery, saveRules } from "@/api/rules";
import { useSettings } from "@/api/settings";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import { Block } from "./Block";
import { type Draft, draftsOf, isSame, newDraft, rulesOf } from "./draftRules";
import { FixedNote } from "./FixedNote";
import { MoveThere } from "./MoveThere";
import { RuleCard } from "./RuleCard";
import styles from "./Rules.module.css";
import { RulesPreview } from "./RulesPreview";
import { useRuleMover } from "./useRuleMover";
import { useSettled } from "./useSettled";

/** What was typed and not saved yet outlives a walk to another page. */
let kept: Draft[] | undefined;

/** Where models go: the rules in their order, and what they would do, as one types. */
export function RulesSection() {
  const { data, error, refetch } = useQuery(rulesQuery);
  if (error && !data) return <Failure problem={error} retry={() => void refetch()} />;
  return data ? <Editor saved={data} /> : null;
}

function Editor({ saved }: { saved: Rules }) {
  const { t } = useWords();
  const report = useReport();
  const { data: settings } = useSettings();
  const setting = settings?.settings.find((each) => each.name === "rules");
  const isFixed = setting?.changeable === false;
  const [edited, setEdited] = useState(isFixed ? undefined : kept);
  const [wrong, setWrong] = useState<string>();
  const [isSaving, setSaving] = useState(false);
  const original = useMemo(() => draftsOf(saved.rules), [saved.rules]);
  const drafts = edited ?? original;
  const rules = useMemo(() => rulesOf(drafts), [drafts]);
  const isChanged = !isSame(rules, saved.rules);
  const preview = useQuery(rulesPreviewQuery(useSettled(rules)));

  function change(next: Draft[] | undefined) {
    kept = next;
    setEdited(next);
    setWrong(undefined);
  }
  const mover = useRuleMover(drafts, change);

  async function save(next: readonly Rule[], told: string) {
    const before = saved.rules;
    setSaving(true);
    try {
      await saveRules(next);
      change(undefined);
      toast({
        text: told,
        action: { label: t("web.app.undo"), run: () => void report(() => saveRules(before)) },
      });
    } catch (problem) {
      if (problem instanceof Refused && problem.status > 0) setWrong(problem.message);
      else await report(() => Promise.reject(problem));
    } finally {
      setSaving(false);
    }
  }

  const problems = preview.data?.problems ?? [];
  return (
    <>
      <Block
        title={t("web.settings.rules")}
        lead={t("web.settings.rules-lead")}
        actions={
          !isFixed &&
          saved.rules.length > 0 && (
            <Button icon={RotateCcw} onClick={() => void save([], t("web.settings.rules-default-done"))}>
              {t("web.settings.rules-default")}
            </Button>
          )
        }
      >
        {isFixed && setting && <FixedNote setting={setting} />}
        {drafts.length > 0 && (
          <ol className={styles.list}>
            {drafts.map((draft, at) => (
              <RuleCard
                key={draft.key}
                at={at}
                count={drafts.length}
                draft={draft}
                words={saved.words}
                facts={saved.facts}
                isFixed={isFixed}
                problems={problems.filter((each) => each.rule === at)}
                mover={mover}
                onChange={(next) => change(drafts.map((each) => (each === draft ? next : each)))}
                onRemove={() => change(drafts.filter((each) => each !== draft))}
              />
            ))}
          </ol>
        )}
        <div className={styles.rest}>
          <p>{drafts.length ? t("web.settings.rule-rest") : t("web.settings.rule-none")}</p>
          <code>{saved.default}</code>
        </div>
        {!isFixed && (
          <div>
            <Button
              icon={ListPlus}
              onClick={() => change([...drafts, newDraft(saved.default, [{ fact: "kind", value: "" }])])}
            >
              {t("web.settings.rule-add")}
            </Button>
          </div>
        )}
        {wrong && (
          <p role="alert" className={styles.wrong}>
            {wrong}
          </p>
        )}
        {isChanged && (
          <div className={styles.bar}>
            <p>{t("web.settings.unsaved")}</p>
            <Button onClick={() => change(undefined)}>{t("web.settings.discard")}</Button>
            <Button
              look="primary"
              busy={isSaving}
              disabled={problems.length > 0}
              onClick={() => void save(rules, t("web.settings.rules-saved"))}
            >
              {t("web.settings.rules-save")}
            </Button>
          </div>
        )}
      </Block>
      <RulesPreview preview={preview} count={drafts.length} />
      <MoveThere isUnsaved={isChanged} />
    </>
  );
}
