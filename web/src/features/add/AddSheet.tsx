import { Download, FileUp, ListChecks } from "lucide-react";
import { type ChangeEvent, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { startDownload } from "@/api/downloads";
import { sendFiles } from "@/api/uploads";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { TextArea } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useProblem } from "@/ui/State";
import styles from "./AddSheet.module.css";
import { Examples } from "./Examples";
import { LinkCard, type Looked } from "./LinkCard";
import { linksOf } from "./links";
import { Notice } from "./Notice";
import { type Choice, sizeOf, wishesOf } from "./offers";
import { Uploads } from "./Uploads";
import { PLAIN, useLooked, useRested } from "./useLooked";

interface AddSheetProps {
  text?: string | undefined;
  files?: File[] | undefined;
  onClose: () => void;
}

/** Adds models: links are looked at as they are typed, and become downloads when that is wished. */
export default function AddSheet({ text: given = "", files, onClose }: AddSheetProps) {
  const { t } = useWords();
  const [text, setText] = useState(given);
  const [rested, rest] = useRested(text);
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const looked = useLooked(rested, choices);
  const choiceOf = (link: string) => choices[link] ?? PLAIN;
  const set = (next: string) => {
    setText(next);
    rest(next);
  };
  // What is pasted or dropped while the sheet is open comes to the rest.
  const [taken, setTaken] = useState(given);
  if (given !== taken) {
    setTaken(given);
    set(linksOf(`${text}\n${given}`).join("\n"));
  }
  const remove = (link: string) =>
    set(
      linksOf(text)
        .filter((each) => each !== link)
        .join("\n"),
    );
  useSentOnce(files);
  const start = useStart({ looked, choiceOf, remove, onClose });
  return (
    <Sheet
      wide
      title={t("web.add.title")}
      onClose={onClose}
      foot={<Foot looked={looked} choiceOf={choiceOf} start={start} />}
    >
      <div className={styles.content}>
        <div className={styles.box}>
          <Links text={text} onType={setText} onPaste={set} />
          <FileButton />
        </div>
        <Uploads onLeave={onClose} />
        {!linksOf(text).length && <Examples onTake={set} />}
        {start.problem !== undefined && <Problem problem={start.problem} />}
        <ul className={styles.cards} aria-label={t("web.add.found")}>
          {looked.map((each) => (
            <LinkCard
              key={each.link}
              looked={each}
              choice={choiceOf(each.link)}
              onChoose={(choice) => setChoices({ ...choices, [each.link]: choice })}
              onRemove={looked.length > 1 ? () => remove(each.link) : undefined}
              onLeave={onClose}
            />
          ))}
        </ul>
      </div>
    </Sheet>
  );
}

interface LinksProps {
  text: string;
  onType: (text: string) => void;
  onPaste: (text: string) => void;
}

const MOST_ROWS = 6;

/** The box for links. What is pasted counts at once, what is typed after a moment. */
function Links({ text, onType, onPaste }: LinksProps) {
  const { t } = useWords();
  const isPasted = useRef(false);
  const rows = Math.min(MOST_ROWS, text.split("\n").length);
  return (
    <TextArea
      label={t("web.add.links")}
      help={t("web.add.links-help")}
      placeholder={t("web.add.links-example")}
      value={text}
      rows={rows}
      className={styles.links}
      spellCheck={false}
      autoComplete="off"
      autoCapitalize="off"
      autoFocus
      onPaste={() => {
        isPasted.current = true;
      }}
      onChange={(event) => {
        (isPasted.current ? onPaste : onType)(event.target.value);
        isPasted.current = false;
      }}
    />
  );
}

/** Dropped files are sent once, also where effects run twice. */
function useSentOnce(files: File[] | undefined): void {
  const before = useRef<File[]>(undefined);
  useEffect(() => {
    if (!files || before.current === files) return;
    before.current = files;
    sendFiles(files);
  }, [files]);
}

/** Files of this device, for those who do not drag. */
function FileButton() {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const take = (event: ChangeEvent<HTMLInputElement>) => {
    sendFiles([...(event.target.files ?? [])]);
    event.target.value = "";
  };
  return (
    <>
      <input ref={input} type="file" multiple hidden onChange={take} aria-label={t("web.add.choose-files")} />
      <Button icon={FileUp} onClick={() => input.current?.click()}>
        {t("web.add.choose-files")}
      </Button>
    </>
  );
}

function Problem({ problem }: { problem: unknown }) {
  const { sentence, hint } = useProblem(problem);
  return (
    <div role="alert">
      <Notice tone="bad" sentence={sentence} hint={hint} />
    </div>
  );
}

interface Start {
  run: (review: boolean) => void;
  isBusy: boolean;
  problem: unknown;
}

interface Decided {
  looked: readonly Looked[];
  choiceOf: (link: string) => Choice;
}

/** Puts what is ready into the queue; what was refused stays, with the reason. */
function useStart({
  looked,
  choiceOf,
  remove,
  onClose,
}: Decided & { remove: (link: string) => void; onClose: () => void }): Start {
  const { t } = useWords();
  const [, go] = useLocation();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  async function run(review: boolean) {
    setBusy(true);
    setProblem(undefined);
    let count = 0;
    let refused: unknown;
    for (const { link, preview } of looked) {
      const wishes = wishesOf(link, preview, choiceOf(link));
      try {
        for (const wish of wishes) await startDownload({ ...wish, review });
        count += wishes.length;
        if (wishes.length) remove(link);
      } catch (found) {
        refused = found;
      }
    }
    setBusy(false);
    setProblem(refused);
    if (count)
      toast({
        text: t("web.add.started", { count }),
        tone: "info",
        action: { label: t("web.add.show-downloads"), run: () => go("/downloads") },
      });
    if (refused === undefined) onClose();
  }
  return { run: (review) => void run(review), isBusy, problem };
}

/** What all links together would bring, and the buttons. */
function Foot({ looked, choiceOf, start }: Decided & { start: Start }) {
  const { t } = useWords();
  const { count, bytes } = useMemo(() => {
    let [count, bytes]: [number, number | null] = [0, 0];
    for (const { link, preview, offers } of looked) {
      const wishes = wishesOf(link, preview, choiceOf(link)).length;
      count += wishes;
      const size = wishes ? sizeOf(preview, choiceOf(link), offers) : 0;
      bytes = bytes === null || size === null ? null : bytes + size;
    }
    return { count, bytes };
  }, [looked, choiceOf]);
  return (
    <>
      <p className={styles.sum} aria-live="polite">
        {count > 0 && (bytes === null ? t("web.add.sum", { count }) : t("web.add.sum-size", { count, size: bytes }))}
      </p>
      <div className={styles.go}>
        <Button icon={ListChecks} disabled={!count} busy={start.isBusy} onClick={() => start.run(true)}>
          {t("web.add.review")}
        </Button>
        <Button look="primary" icon={Download} disabled={!count} busy={start.isBusy} onClick={() => start.run(false)}>
          {t("web.add.download")}
        </Button>
      </div>
    </>
  );
}
