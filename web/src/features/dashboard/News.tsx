import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { newestQuery, pictureOf } from "@/api/models";
import { useWords } from "@/i18n";
import { kindIcon } from "@/lib/kindIcons";
import { useLabels } from "@/lib/labels";
import { Picture } from "@/ui/Picture";
import styles from "./News.module.css";
import { Tile } from "./Tile";

/** What came last into the library, as a strip of pictures. */
export function News() {
  const { t, format } = useWords();
  const labels = useLabels();
  const { data: models = [] } = useQuery(newestQuery);
  return (
    <Tile title={t("web.dashboard.new")} more={{ href: "/library", label: t("web.dashboard.all-new") }} wide>
      <ul className={styles.strip}>
        {models.map((model) => (
          <li key={model.id}>
            <Link href={`/models/${model.id}`} className={styles.card}>
              <div className={styles.picture}>
                <Picture
                  id={model.id}
                  version={model.updated_at}
                  number={pictureOf(model)}
                  blurhash={model.preview?.blurhash}
                  level={model.nsfw_level}
                  icon={kindIcon(model.kind)}
                />
              </div>
              <bdi className={styles.name}>{model.name}</bdi>
              <small>{labels.kind(model.kind)}</small>
              <small>{format.ago(model.added_at)}</small>
            </Link>
          </li>
        ))}
      </ul>
    </Tile>
  );
}
