/** The actions of a plan's lines: their icons and tones. Their words are `web.apps.action`. */

import { Ban, CircleCheck, Equal, Minus, Plus, RefreshCw } from "lucide-react";
import type { LinkAction } from "@/api/apps";

export const ACTION_ICONS = {
  make: Plus,
  mend: RefreshCw,
  remove: Minus,
  blocked: Ban,
  keep: CircleCheck,
  there: Equal,
} satisfies Record<LinkAction, unknown>;
