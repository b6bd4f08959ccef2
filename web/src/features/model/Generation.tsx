import { Copy } from "lucide-react";
import { useState } from "react";
import type { RecordPreview } from "@/api/record";
import { useWords } from "@/i18n";
import { Button } from "@/ui/Button";
import { useCopy } from "@/ui/useCopy";
import styles from "./Generation.module.css";
import { negativeOf, parametersOf, promptOf, resourcesOf, settingsOf, workflowOf } from "./pictures";

/** What made a picture: prompts, settings, what took part; each is copied with one click. */
export function Generation({ preview }: { preview: RecordPreview }) {
  const { t, maybe } = useWords();
  const copy = useCopy();
  // Beside the words there is room for it; above them it would push them out of sight.
  const [isWide] = useState(() => !matchMedia("(width < 1000px)").matches);
  const texts = [
    ["web.model.prompt", promptOf(preview)],
    ["web.model.negative", negativeOf(preview)],
  ] as const;
  const settings = settingsOf(preview);
  const resources = resourcesOf(preview);
  const workflow = workflowOf(preview);
  if (!texts.some(([, text]) => text) && settings.length === 0) return null;
  return (
    <details className={styles.generation} open={isWide}>
      <summary>{t("web.model.generation")}</summary>
      {texts.map(
        ([name, text]) =>
          text && (
            <div key={name} className={styles.text}>
              <h3>{t(name)}</h3>
              <Button small look="quiet" icon={Copy} iconOnly onClick={() => void copy(text, t(name))}>
                {t("web.model.copy", { what: t(name) })}
              </Button>
              <p lang="">{text}</p>
            </div>
          ),
      )}
      {settings.length > 0 && (
        <dl className={styles.settings}>
          {settings.map(([name, value]) => (
            <div key={name}>
              <dt>{maybe(`web.model.parameter-names.${name}`) ?? <bdi>{name}</bdi>}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {resources.length > 0 && (
        <ul className={styles.resources} aria-label={t("web.model.resources")}>
          {resources.map((each) => (
            <li key={`${each.type}:${each.name}`}>
              <bdi>{each.name}</bdi> <bdi>{[each.type, each.weight].filter(Boolean).join(" · ")}</bdi>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.actions}>
        <Button small icon={Copy} onClick={() => void copy(parametersOf(preview), t("web.model.parameters"))}>
          {t("web.model.copy-all-data")}
        </Button>
        {workflow && (
          <Button small icon={Copy} onClick={() => void copy(workflow, t("web.model.workflow"))}>
            {t("web.model.copy-workflow")}
          </Button>
        )}
      </p>
    </details>
  );
}
