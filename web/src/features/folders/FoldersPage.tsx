import { useQuery } from "@tanstack/react-query";
import { CornerLeftUp, FolderOpen } from "lucide-react";
import { Suspense, useState } from "react";
import { Link } from "wouter";
import { rootsQuery } from "@/api/roots";
import { type TreeFolder, treeQuery } from "@/api/tree";
import { useWords } from "@/i18n";
import { useLabels } from "@/lib/labels";
import { page } from "@/lib/page";
import { useUrlState } from "@/lib/useUrlState";
import { Button } from "@/ui/Button";
import { SelectField } from "@/ui/Field";
import { Page } from "@/ui/Page";
import { Failure, State } from "@/ui/State";
import { Crumbs } from "./Crumbs";
import { FolderRow } from "./FolderRow";
import styles from "./FoldersPage.module.css";

const RenameFolder = page(() => import("./RenameFolder"));
const DeleteFolder = page(() => import("./DeleteFolder"));

/** The folders as they lie on the disks, the largest first. */
export default function FoldersPage() {
  const { t, format } = useWords();
  const labels = useLabels();
  const [params, change] = useUrlState();
  const [root, path] = [params.get("root") ?? "", params.get("path") ?? ""];
  const { data: roots = [] } = useQuery(rootsQuery);
  const { data: tree, error, refetch } = useQuery(treeQuery(root, path));
  const [asked, setAsked] = useState<{ what: "rename" | "delete"; folder: TreeFolder }>();
  const go = (to: string) => change({ path: to }, { replace: false });
  const Dialog = asked && { rename: RenameFolder, delete: DeleteFolder }[asked.what];
  return (
    <Page
      title={t("web.folders.title")}
      lead={t("web.folders.lead")}
      actions={
        roots.length > 1 && (
          <SelectField
            label={t("web.folders.root")}
            value={root}
            options={roots.map((each) => [each.id, each.id ? each.path : t("web.folders.library")] as const)}
            onChange={(event) => change({ root: event.target.value, path: undefined }, { replace: false })}
          />
        )
      }
    >
      {error && !tree && <Failure problem={error} retry={() => void refetch()} />}
      {tree && (
        <>
          <div className={styles.head}>
            <Crumbs root={roots.find((each) => each.id === root)?.path} path={tree.path} go={go} />
            <p className={styles.sum}>
              {t("web.folders.count", { count: tree.models })} · {format.bytes(tree.bytes)}
            </p>
            {tree.path && (
              <Button small icon={CornerLeftUp} onClick={() => go(tree.path.split("/").slice(0, -1).join("/"))}>
                {t("web.folders.up")}
              </Button>
            )}
          </div>
          {tree.folders.length + tree.items.length === 0 && <State icon={FolderOpen} title={t("web.folders.empty")} />}
          {tree.folders.length > 0 && (
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t("web.folders.name")}</th>
                  <th scope="col" className={styles.wide}>
                    {t("web.folders.share")}
                  </th>
                  <th scope="col">{t("web.folders.models")}</th>
                  <th scope="col">{t("web.folders.size")}</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {tree.folders.map((each) => (
                  <FolderRow
                    key={each.path}
                    folder={each}
                    share={tree.bytes ? each.bytes / tree.bytes : 0}
                    onOpen={() => go(each.path)}
                    onRename={() => setAsked({ what: "rename", folder: each })}
                    onDelete={() => setAsked({ what: "delete", folder: each })}
                  />
                ))}
              </tbody>
            </table>
          )}
          {tree.items.length > 0 && (
            <section>
              <h2 className={styles.title}>{t("web.folders.files")}</h2>
              <ul className={styles.models}>
                {tree.items.map((each) => (
                  <li key={each.id}>
                    <Link href={`/models/${each.id}`}>{each.name}</Link>
                    <span>{labels.kind(each.kind)}</span>
                    <span className="tabular">{format.bytes(each.size)}</span>
                  </li>
                ))}
              </ul>
              {tree.item_count > tree.items.length && (
                <p className={styles.more}>
                  {t("web.folders.and-more", { count: tree.item_count - tree.items.length })}
                </p>
              )}
            </section>
          )}
        </>
      )}
      {asked && Dialog && (
        <Suspense fallback={null}>
          <Dialog root={root} folder={asked.folder} onClose={() => setAsked(undefined)} />
        </Suspense>
      )}
    </Page>
  );
}
