import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { FACETS } from "@/api/models";
import { dropSearch, type KeptSearch, keepSearch, searchesQuery } from "@/api/searches";
import { useWords } from "@/i18n";
import { toast } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import Sheet from "@/ui/Sheet";
import { useReport } from "@/ui/useReport";
import styles from "./SavedSearches.module.css";

/** The address of a kept search. */
function addressOf({ q, params = {} }: KeptSearch): string {
  const asked = new URLSearchParams(q ? { q } : {});
  for (const [name, values] of Object.entries(params)) for (const each of values) asked.append(name, each);
  return `/library?${asked}`;
}

/** What is asked now, as it is kept. */
function kept(asked: string): Omit<KeptSearch, "name"> {
  const now = new URLSearchParams(asked);
  const chosen = FACETS.filter((facet) => now.has(facet)).map((facet) => [facet, now.getAll(facet)]);
  return { q: now.get("q") ?? "", params: Object.fromEntries(chosen) };
}

/** Searches that were kept, and keeping the one that is shown. */
export default function SavedSearches({ asked, onClose }: { asked: string; onClose: () => void }) {
  const { t } = useWords();
  const [, go] = useLocation();
  const report = useReport();
  const { data: searches } = useQuery(searchesQuery);
  const [name, setName] = useState("");
  return (
    <Sheet title={t("web.library.saved")} onClose={onClose}>
      {searches?.length === 0 && <p className={styles.none}>{t("web.library.no-saved")}</p>}
      <ul className={styles.list}>
        {searches?.map((each) => (
          <li key={each.name}>
            <Button
              look="quiet"
              onClick={() => {
                go(addressOf(each));
                onClose();
              }}
            >
              {each.name}
            </Button>
            <Button look="quiet" icon={Trash2} iconOnly onClick={() => void report(() => dropSearch(each.name))}>
              {t("web.library.drop-search", { name: each.name })}
            </Button>
          </li>
        ))}
      </ul>
      {asked && (
        <form
          className={styles.keep}
          onSubmit={(event) => {
            event.preventDefault();
            if (!name.trim()) return;
            void report(async () => {
              await keepSearch({ ...kept(asked), name: name.trim() });
              toast({ text: t("web.library.saved-done", { name: name.trim() }) });
              onClose();
            });
          }}
        >
          <TextField
            label={t("web.library.save-search")}
            placeholder={t("web.library.save-name")}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" look="primary" disabled={!name.trim()}>
            {t("web.library.save")}
          </Button>
        </form>
      )}
    </Sheet>
  );
}
