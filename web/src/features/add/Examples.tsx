import { useAbout } from "@/api/about";
import { useWords } from "@/i18n";
import styles from "./AddSheet.module.css";

/** In a demo: links to try, and what each shows. */
export function Examples({ onTake }: { onTake: (link: string) => void }) {
  const { t, maybe } = useWords();
  const examples = useAbout().data?.examples ?? [];
  if (!examples.length) return null;
  return (
    <section className={styles.examples}>
      <h3>{t("web.add.examples")}</h3>
      <ul>
        {examples.map((each) => (
          <li key={each.name}>
            <button type="button" className={styles.example} onClick={() => onTake(each.link)}>
              <span>{maybe(`web.add.example.${each.name}`) ?? each.about}</span>
              <span className={styles.address}>{each.link}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
