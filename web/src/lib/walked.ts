/** The question and the place from which a model was opened, so that its page can go on to the next one. */

import { stored } from "./stored";

export interface Walked {
  asked: string;
  index: number;
  total: number;
}

/** Outlives a reload of the page, but not the tab. */
export const walked = stored<Walked | undefined>("modella.walked", undefined, "session");
