import { useWords } from "@/i18n";
import { Block } from "./Block";
import { Fields } from "./Fields";
import { HoursStrip } from "./HoursStrip";

const PACE = ["bandwidth", "bandwidth_hours", "download_hours"];
const TOGETHER = ["downloads_at_once", "downloads_per_host", "connections"];
const ELSE = ["tries", "retry_pause", "space_margin", "upload_limit"];

/** How downloads run: when, how fast, how many. */
export function DownloadsSection() {
  const { t } = useWords();
  return (
    <>
      <Block title={t("web.settings.pace")} lead={t("web.settings.pace-lead")}>
        <HoursStrip />
        <Fields of={PACE} />
      </Block>
      <Block title={t("web.settings.together")}>
        <Fields of={TOGETHER} />
      </Block>
      <Block title={t("web.settings.limits")}>
        <Fields of={ELSE} />
      </Block>
    </>
  );
}
