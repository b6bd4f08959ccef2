import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { FolderInput, PenLine } from "lucide-react";
import { useState } from "react";
import { type ModelRecord, moveModel } from "@/api/models";
import { forgetRecord, moveQuery } from "@/api/record";
import { ended, useTasks } from "@/api/tasks";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { useSettled } from "@/lib/useSettled";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Progress } from "@/ui/Progress";
import Sheet from "@/ui/Sheet";
import { useProblem } from "@/ui/State";
import { useReport } from "@/ui/useReport";
import styles from "./PlaceSheet.module.css";

type Way = "name" | "to";

const parentOf = (place: string) => place.split("/").slice(0, -1).join("/") || ".";

/** Another name or another folder for a model and all that belongs to it; where it will lie is shown beforehand. */
export default function PlaceSheet({ record, onClose }: { record: ModelRecord; onClose: () => void }) {
  const { t } = useWords();
  const report = useReport();
  const place = record.place ?? "";
  const [way, setWay] = useState<Way>("name");
  const [typed, setTyped] = useState({ name: record.name, to: parentOf(place) });
  const [task, setTask] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const text = typed[way].trim();
  const settled = useSettled(`${way}:${text}`);
  const isSettled = settled === `${way}:${text}`;
  const plan = useQuery({
    ...moveQuery(record.id, { [way]: text }),
    enabled: text !== "" && isSettled,
    placeholderData: keepPreviousData,
  });
  const told = problem ?? (isSettled ? plan.error : undefined);
  const wrong = useProblem(told);
  const stays = plan.data?.place === place && plan.data.root === record.root;
  const isNothing = !text || (stays && (way === "to" || text === record.name));

  async function go() {
    setProblem(undefined);
    try {
      const begun = await moveModel(record.id, { [way]: text });
      setTask(begun.task);
      await ended(begun);
      await forgetRecord(record.id);
      const back = way === "name" ? { name: record.name } : { to: parentOf(place) };
      const undo = async () => {
        await ended(await moveModel(record.id, back));
        await forgetRecord(record.id);
      };
      toast({
        text: way === "name" ? t("web.model.renamed", { name: text }) : t("web.library.moved", { count: 1 }),
        action: { label: t("web.app.undo"), run: () => void report(undo) },
      });
      onClose();
    } catch (refused) {
      setProblem(refused);
      setTask(undefined);
    }
  }

  return (
    <Sheet title={t("web.model.place")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isNothing && !task) void go();
        }}
      >
        <fieldset className={styles.ways}>
          <legend className="visually-hidden">{t("web.model.place")}</legend>
          {(["name", "to"] as const).map((each) => (
            <Button
              key={each}
              look={way === each ? "plain" : "quiet"}
              icon={each === "name" ? PenLine : FolderInput}
              aria-pressed={way === each}
              onClick={() => {
                setWay(each);
                setProblem(undefined);
              }}
            >
              {each === "name" ? t("web.library.rename") : t("web.library.move")}
            </Button>
          ))}
        </fieldset>
        <TextField
          key={way}
          label={way === "name" ? t("web.model.name") : t("web.library.move-to")}
          help={way === "name" ? t("web.model.rename-help") : t("web.library.move-help")}
          wrong={told ? `${wrong.sentence}. ${wrong.hint}` : undefined}
          value={typed[way]}
          autoFocus
          autoComplete="off"
          onFocus={(event) => event.target.select()}
          onChange={(event) => {
            setTyped({ ...typed, [way]: event.target.value });
            setProblem(undefined);
          }}
        />
        <div className={styles.plan} aria-busy={plan.isFetching}>
          <h3>{t("web.model.will-lie")}</h3>
          <p>
            <code>{plan.data?.folder ?? " "}</code>
          </p>
          {stays && <p className={styles.stays}>{t("web.model.stays")}</p>}
          {plan.data && plan.data.files.length > 0 && !stays && (
            <details>
              <summary>{t("web.model.moves-files", { count: plan.data.files.length })}</summary>
              <ul>
                {plan.data.files.map((each) => (
                  <li key={each.source}>
                    <bdi>{nameOf(each.source)}</bdi> <span aria-hidden>→</span> <bdi>{nameOf(each.target)}</bdi>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
        {task && <Moving task={task} />}
        <div className="row-end">
          <Button onClick={onClose}>{t("web.app.cancel")}</Button>
          <Button type="submit" look="primary" busy={task !== undefined} disabled={isNothing || Boolean(plan.error)}>
            {way === "name" ? t("web.library.rename") : t("web.library.move-go")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

const nameOf = (path: string) => path.split(/[\\/]/).at(-1) ?? path;

function Moving({ task }: { task: string }) {
  const { t } = useWords();
  const now = useTasks().data?.find((each) => each.task === task);
  const value = now?.total_bytes ? now.bytes / now.total_bytes : undefined;
  return <Progress label={t("web.model.moving")} value={value} />;
}
