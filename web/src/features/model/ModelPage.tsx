import { useQuery } from "@tanstack/react-query";
import { Compass, Ellipsis } from "lucide-react";
import { type ComponentType, Suspense, useCallback, useEffect, useState } from "react";
import { Link, useParams } from "wouter";
import { Refused } from "@/api/client";
import { type ModelRecord, modelQuery } from "@/api/models";
import { useWords, withWords } from "@/i18n";
import { isPossible } from "@/lib/actions";
import { page } from "@/lib/page";
import { Button } from "@/ui/Button";
import { useTitle } from "@/ui/Page";
import { Failure, State } from "@/ui/State";
import { Description } from "./Description";
import { Facts } from "./Facts";
import { Files } from "./Files";
import { Gallery } from "./Gallery";
import { Head } from "./Head";
import styles from "./ModelPage.module.css";
import { Notes } from "./Notes";
import { Relations } from "./Relations";
import { Tags } from "./Tags";
import { TriggerWords } from "./TriggerWords";
import { type SheetName, useModelActions } from "./useModelActions";
import { useRecordEdit } from "./useRecordEdit";
import { Versions } from "./Versions";
import { Walk } from "./Walk";

const Menu = page(() => import("@/ui/Menu"));
const Linked = page(() => withWords(import("./Linked")));
const ListDialog = page(() => import("@/ui/ListDialog"));
const SHEETS: Record<Exclude<SheetName, "list">, ComponentType<{ record: ModelRecord; onClose: () => void }>> = {
  edit: page(() => import("./EditSheet")),
  history: page(() => import("./HistorySheet")),
  match: page(() => import("./MatchSheet")),
  place: page(() => import("./PlaceSheet")),
};
const FIRST = ["model:edit", "model:list", "model:source"];

/** One model: its pictures, what it is, and everything that can be done with it. */
export default function ModelPage() {
  const { t } = useWords();
  const { id = "" } = useParams();
  const { data: record, error, refetch } = useQuery(modelQuery(id));
  useTitle(record?.name ?? t("web.model.title"));
  const isNotFound = error instanceof Refused && error.status === 404;
  return (
    <div className={styles.page}>
      <Walk id={id} />
      {record && !isNotFound ? (
        <Model key={id} record={record} />
      ) : isNotFound ? (
        <>
          <h1 className="visually-hidden">{t("web.model.title")}</h1>
          <State
            icon={Compass}
            title={t("web.model.unknown")}
            actions={<Link href="/library">{t("web.app.home")}</Link>}
          >
            <p>{t("web.model.unknown-hint")}</p>
          </State>
        </>
      ) : error ? (
        <>
          <h1 className="visually-hidden">{t("web.model.title")}</h1>
          <Failure problem={error} retry={() => void refetch()} />
        </>
      ) : (
        <Skeleton />
      )}
    </div>
  );
}

function Model({ record }: { record: ModelRecord }) {
  const [sheet, setSheet] = useState<SheetName>();
  const change = useRecordEdit(record.id);
  const close = useCallback(() => setSheet(undefined), []);
  const Sheet = sheet && sheet !== "list" ? SHEETS[sheet] : undefined;
  return (
    <div className={styles.model}>
      <div className={styles.pictures}>
        <Gallery record={record} />
      </div>
      <div className={styles.words}>
        <Head record={record} change={change} />
        <Actions record={record} change={change} onSheet={setSheet} />
        <TriggerWords words={record.trained_words ?? []} />
        <Tags record={record} change={change} />
        <Facts record={record} />
        <Description record={record} />
        <Notes record={record} change={change} />
        <Versions id={record.id} />
        <Relations id={record.id} />
        <Suspense fallback={null}>
          <Linked record={record} change={change} />
        </Suspense>
        <Files record={record} />
      </div>
      <Suspense fallback={null}>
        {Sheet && <Sheet record={record} onClose={close} />}
        {sheet === "list" && <ListDialog ids={[record.id]} onClose={close} />}
      </Suspense>
    </div>
  );
}

interface ActionsProps {
  record: ModelRecord;
  change: ReturnType<typeof useRecordEdit>;
  onSheet: (sheet: SheetName) => void;
}

/** The first few as buttons, all others in a menu. */
function Actions({ record, change, onSheet }: ActionsProps) {
  const { t } = useWords();
  const actions = useModelActions(record, change, onSheet).filter(isPossible);
  const more = (isComing: boolean) => (
    <Button icon={Ellipsis} iconOnly aria-haspopup="menu" busy={isComing}>
      {t("web.app.more")}
    </Button>
  );
  return (
    <div className={styles.actions}>
      {actions
        .filter((each) => FIRST.includes(each.id))
        .map((each) => (
          <Button key={each.id} icon={each.icon} onClick={each.run}>
            {t(each.name)}
          </Button>
        ))}
      <Suspense fallback={more(true)}>
        <Menu
          label={t("web.app.more")}
          choices={actions
            .filter((each) => !FIRST.includes(each.id) && each.id !== "model:favorite")
            .map((each) => ({
              id: each.id,
              label: t(each.name),
              icon: each.icon,
              run: each.run,
              danger: each.id === "model:delete",
              apart: each.id === "model:forget",
            }))}
        >
          {more(false)}
        </Menu>
      </Suspense>
    </div>
  );
}

const SKELETON_AFTER = 150;

/** The boxes that are about to be filled; nothing when they are filled at once. */
function Skeleton() {
  const { t } = useWords();
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_AFTER);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.model} aria-busy="true">
      <h1 className="visually-hidden">{t("web.app.loading")}</h1>
      {isShown && (
        <>
          <div className={styles.pictures}>
            <div className={styles.stage} />
          </div>
          <div className={styles.words}>
            <div className={styles.bone} data-as="title" />
            <div className={styles.bone} data-as="line" />
            <div className={styles.bone} data-as="line" />
            <div className={styles.bone} data-as="block" />
            <div className={styles.bone} data-as="block" />
          </div>
        </>
      )}
    </div>
  );
}
