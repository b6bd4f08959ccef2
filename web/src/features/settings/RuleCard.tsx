import { ArrowDown, ArrowUp, GripVertical, Plus, Trash2, X } from "lucide-react";
import { useRef } from "react";
import type { RulesPreview } from "@/api/rules";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import type { Condition, Draft } from "./draftRules";
import { FactField } from "./FactField";
import styles from "./Rules.module.css";
import type { RuleMover } from "./useRuleMover";

interface RuleCardProps {
  at: number;
  count: number;
  draft: Draft;
  words: readonly string[];
  facts: readonly string[];
  isFixed: boolean;
  problems: RulesPreview["problems"];
  mover: RuleMover;
  onChange: (next: Draft) => void;
  onRemove: () => void;
}

/** One rule: what must be true of a model, and where it goes then. */
export function RuleCard(props: RuleCardProps) {
  const { at, count, draft, words, facts, isFixed, problems, mover, onChange, onRemove } = props;
  const { t, maybe } = useWords();
  const number = at + 1;
  const named = (word: string) => maybe(`web.settings.facts.${word.replace(" ", "-")}`) ?? word;
  const wrongIn = (field: "when" | "to") =>
    problems
      .filter((each) => each.field === field)
      .map((each) => each.sentence)
      .join(". ") || undefined;
  const free = facts.filter((fact) => draft.when.every((each) => each.fact !== fact));
  const setCondition = (which: number, next: Condition) =>
    onChange({ ...draft, when: draft.when.map((each, place) => (place === which ? next : each)) });
  const whenWrong = wrongIn("when");
  return (
    <li
      className={styles.rule}
      data-mark={mover.mark === at ? "above" : mover.mark === number && number === count ? "below" : undefined}
      onDragOver={(event) => mover.onOver(event, at)}
      onDrop={mover.onDrop}
    >
      <div className={styles.head}>
        {!isFixed && (
          <button
            type="button"
            className={styles.grip}
            draggable
            title={t("web.settings.rule-move-hint")}
            aria-label={t("web.settings.rule-move", { number })}
            onKeyDown={(event) => mover.onKey(event, at)}
            onDragStart={(event) => mover.onStart(event, at)}
            onDragEnd={mover.onEnd}
          >
            <GripVertical size={18} aria-hidden />
          </button>
        )}
        <h4>{t("web.settings.rule", { number })}</h4>
        {!isFixed && (
          <div className={styles.buttons}>
            <Button
              look="quiet"
              small
              icon={ArrowUp}
              iconOnly
              disabled={at === 0}
              onClick={() => mover.move(at, at - 1)}
            >
              {t("web.settings.rule-up", { number })}
            </Button>
            <Button
              look="quiet"
              small
              icon={ArrowDown}
              iconOnly
              disabled={number === count}
              onClick={() => mover.move(at, number)}
            >
              {t("web.settings.rule-down", { number })}
            </Button>
            <Button look="quiet" small icon={Trash2} iconOnly onClick={onRemove}>
              {t("web.settings.rule-remove", { number })}
            </Button>
          </div>
        )}
      </div>
      <fieldset className={styles.when} disabled={isFixed} onKeyDown={(event) => mover.onKey(event, at)}>
        <legend>{draft.when.length ? t("web.settings.rule-when") : t("web.settings.rule-every")}</legend>
        {draft.when.map((condition, which) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no names of their own and keep their places
          <div key={which} className={styles.condition}>
            <SelectField
              bare
              label={t("web.settings.rule-fact")}
              value={condition.fact}
              options={[condition.fact, ...free].map((fact) => [fact, named(fact)] as const)}
              onChange={(event) => setCondition(which, { fact: event.target.value, value: "" })}
            />
            <span>{t("web.settings.rule-is")}</span>
            <FactField
              fact={condition.fact}
              label={named(condition.fact)}
              value={condition.value}
              wrong={which === 0 ? whenWrong : undefined}
              onChange={(value) => setCondition(which, { ...condition, value })}
            />
            <Button
              look="quiet"
              icon={X}
              iconOnly
              onClick={() => onChange({ ...draft, when: draft.when.filter((_, place) => place !== which) })}
            >
              {t("web.settings.rule-drop", { name: named(condition.fact) })}
            </Button>
          </div>
        ))}
        {!isFixed && free[0] !== undefined && (
          <div>
            <Button
              look="quiet"
              small
              icon={Plus}
              onClick={() => onChange({ ...draft, when: [...draft.when, { fact: free[0] ?? "", value: "" }] })}
            >
              {t("web.settings.rule-condition")}
            </Button>
          </div>
        )}
      </fieldset>
      <Target
        number={number}
        draft={draft}
        words={words}
        named={named}
        isFixed={isFixed}
        wrong={wrongIn("to")}
        mover={mover}
        onChange={onChange}
      />
    </li>
  );
}

interface TargetProps {
  number: number;
  draft: Draft;
  words: readonly string[];
  named: (word: string) => string;
  isFixed: boolean;
  wrong: string | undefined;
  mover: RuleMover;
  onChange: (next: Draft) => void;
}

/** The folder: typed, or put together from the words that stand for facts of the model. */
function Target({ number, draft, words, named, isFixed, wrong, mover, onChange }: TargetProps) {
  const { t } = useWords();
  const field = useRef<HTMLInputElement>(null);
  function insert(word: string) {
    const input = field.current;
    const [from, to] = [input?.selectionStart ?? draft.to.length, input?.selectionEnd ?? draft.to.length];
    const text = `{${word}}`;
    onChange({ ...draft, to: draft.to.slice(0, from) + text + draft.to.slice(to) });
    requestAnimationFrame(() => {
      input?.focus();
      input?.setSelectionRange(from + text.length, from + text.length);
    });
  }
  return (
    <div className={styles.target}>
      <TextField
        ref={field}
        label={t("web.settings.rule-to")}
        className={styles.code}
        value={draft.to}
        wrong={wrong}
        readOnly={isFixed}
        spellCheck={false}
        autoComplete="off"
        onKeyDown={(event) => mover.onKey(event, number - 1)}
        onChange={(event) => onChange({ ...draft, to: event.target.value })}
      />
      {!isFixed && (
        <ul className={styles.words} aria-label={t("web.settings.rule-words")}>
          {words.map((word) => (
            <li key={word}>
              <button
                type="button"
                className={styles.word}
                aria-label={t("web.settings.rule-insert", { word: `{${word}}`, name: named(word) })}
                title={named(word)}
                onClick={() => insert(word)}
              >
                {`{${word}}`}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
