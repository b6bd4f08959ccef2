import { Download } from "lucide-react";
import type { Offer, WantedModel } from "@/api/workflows";
import { useWords } from "@/i18n";
import { kindIcon } from "@/lib/kindIcons";
import { useLabels } from "@/lib/labels";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Coming } from "./Coming";
import { Here } from "./Here";
import styles from "./ModelRow.module.css";
import { Offers } from "./Offers";

interface ModelRowProps {
  model: WantedModel;
  offer: Offer | undefined;
  isSearching: boolean;
  isGetting: boolean;
  onChoose: (offer: number) => void;
  onGet: (offer: Offer) => void;
}

/** One model of a workflow: what it is, and how it stands with it. */
export function ModelRow({ model, offer, isSearching, isGetting, onChoose, onGet }: ModelRowProps) {
  const { t } = useWords();
  const labels = useLabels();
  const Icon = kindIcon(model.kind ?? "unknown");
  const nodes = [...new Set(model.nodes.map((each) => each.title ?? each.node_class))].filter(Boolean);
  return (
    <li className={styles.row}>
      <Icon size={20} aria-hidden />
      <div className={styles.what}>
        <p className={styles.name}>
          <bdi>{model.name}</bdi>
        </p>
        <p className={styles.about}>
          <span>{model.kind ? labels.kind(model.kind) : t("web.workflows.any-kind")}</span>
          {nodes.length > 0 && <span className={styles.nodes}>{nodes.slice(0, 3).join(" · ")}</span>}
          {model.idle && <Chip>{t("web.workflows.idle")}</Chip>}
        </p>
      </div>
      <div className={styles.how}>
        {model.model && <Here here={model.model} />}
        {model.download && <Coming id={model.download.id} state={model.download.state} name={model.file} />}
        {model.state === "missing" && (
          <Offers model={model} offer={offer} isSearching={isSearching} onChoose={onChoose} />
        )}
      </div>
      {model.state === "missing" && offer && (
        <Button small icon={Download} disabled={isGetting} onClick={() => onGet(offer)} className={styles.get}>
          {t("web.workflows.get")}
          <span className="visually-hidden"> {model.file}</span>
        </Button>
      )}
    </li>
  );
}
